"""The main navigation: what a person's roles lead to, as far as this application has the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ledger.domain.access import ROLE_NAMES, Actor, Permission, Role


@dataclass(frozen=True, slots=True)
class Item:
    """A link of the navigation; `count` is how much waits behind it, `key` its shortcut."""

    label: str
    url: str
    current: bool
    count: int | None = None
    key: str = ""


_CHECKING = tuple(permission for permission in Permission if permission.value.endswith(".check"))
Counting = Callable[[Actor], int | None]
_COUNTS = "ledger_navigation_counts"


def count_at(app: Flask, place: str, counting: Counting) -> None:
    """Show beside the link to `place` (`/`, `/approvals`) how much waits there; asked once for each page.

    A slice calls it where its blueprint is recorded.
    """
    app.extensions.setdefault(_COUNTS, {})[place] = counting


def role_names(actor: Actor) -> list[str]:
    """The actor's roles in the reader's language, in the order of the roles."""
    return [str(_(ROLE_NAMES[role])) for role in Role if role in actor.roles]


def items(actor: Actor) -> list[Item]:
    """The links for `actor`, in the order of the desk: work first, oversight last."""
    within = "" if actor.is_province else f"/t/{actor.tenant_code}"
    counts: dict[str, Counting] = current_app.extensions.get(_COUNTS, {})
    places: list[tuple[str, str, str, Permission | tuple[Permission, ...], str]] = [
        (_("我的工作"), "", "/", Permission.PILOT_READ, "g d"),
        (_("试点"), within, "/pilots", Permission.PILOT_READ, "g p"),
        (_("核定"), within, "/awards", Permission.MONEY_READ, ""),
        (_("下达"), within, "/allocations", Permission.MONEY_READ, ""),
        (_("拨付"), within, "/disbursements", Permission.MONEY_READ, ""),
        (_("复核"), within, "/approvals", _CHECKING, ""),
        (_("导入"), "", "/imports", Permission.IMPORT, ""),
        (_("汇总"), "", "/totals", Permission.MONEY_READ, ""),
        (_("监督"), "", "/audit", Permission.JOURNAL_READ, ""),
        (_("用户"), "", "/admin/users", Permission.PERSON_MANAGE, ""),
        (_("系统状态"), "", "/status", Permission.STATUS_READ, ""),
    ]
    return [
        Item(label, below + place, _is_current(below + place), counts[place](actor) if place in counts else None, key)
        for label, below, place, permission, key in places
        if _may_any(actor, permission) and is_there(below + place)
    ]


def _may_any(actor: Actor, permission: Permission | tuple[Permission, ...]) -> bool:
    return any(actor.may(one) for one in ((permission,) if isinstance(permission, Permission) else permission))


def is_there(url: str) -> bool:
    """Whether a page answers at `url`."""
    try:
        current_app.url_map.bind("localhost").match(url, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _is_current(url: str) -> bool:
    return request.path == url or (url != "/" and request.path.startswith(f"{url}/"))
