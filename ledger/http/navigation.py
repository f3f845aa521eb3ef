"""The main navigation: what a person's roles lead to, as far as this application has the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ledger.domain.access import ROLE_NAMES, Actor, Permission, Role
from ledger.http import locale


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
_THERE = "ledger_navigation_there"


def count_at(app: Flask, place: str, counting: Counting) -> None:
    """Show beside the link to `place` (`/`, `/approvals`) how much waits there; asked once for each page.

    A slice calls it where its blueprint is recorded.
    """
    app.extensions.setdefault(_COUNTS, {})[place] = counting


def counted(place: str, count: int | None) -> None:
    """Take `count` for the link to `place` on this page: its own reading has counted already."""
    g.setdefault("navigation_counts", {})[place] = count


def role_names(actor: Actor) -> list[str]:
    """The actor's roles in the reader's language, in the order of the roles."""
    return [str(_(ROLE_NAMES[role])) for role in Role if role in actor.roles]


class Navigation:
    """The links for one person, found when a page shows them: a part of a page shows none and counts nothing."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @cached_property
    def _items(self) -> list[Item]:
        return items(self._actor)


def items(actor: Actor) -> list[Item]:
    """The links for `actor`, in the order of the desk: work first, oversight last."""
    here, known = request.path, g.get("navigation_counts", {})
    return [
        Item(label, url, _is_current(url, here), known[place] if place in known else _count(actor, place), key)
        for label, url, place, key in _links(locale.language(), actor.roles, actor.tenant_code)
        if is_there(url)
    ]


@cache
def _links(_language: str, roles: frozenset[Role], tenant_code: str) -> tuple[tuple[str, str, str, str], ...]:
    """Label, URL, place and shortcut of what these roles lead to; few people have roles of their own."""
    someone = Actor(1, tenant_code, 0, roles, "")
    within = "" if someone.is_province else f"/t/{tenant_code}"
    places: list[tuple[str, str, str, Permission | tuple[Permission, ...], str]] = [
        (_("我的工作"), "", "/", Permission.PILOT_READ, "g d"),
        (_("试点"), within, "/pilots", Permission.PILOT_READ, "g p"),
        (_("核定"), within, "/awards", Permission.MONEY_READ, ""),
        (_("下达"), within, "/allocations", Permission.MONEY_READ, ""),
        (_("拨付"), within, "/disbursements", Permission.MONEY_READ, ""),
        (_("支出"), within, "/expenditures", Permission.MONEY_READ, ""),
        (_("验收"), within, "/acceptances", Permission.MONEY_READ, ""),
        (_("收回"), within, "/recoveries", Permission.MONEY_READ, ""),
        (_("变更"), within, "/changes", Permission.PILOT_READ, ""),
        (_("复核"), within, "/approvals", _CHECKING, ""),
        (_("导入"), "", "/imports", Permission.IMPORT, ""),
        (_("汇总"), "", "/totals", Permission.MONEY_READ, ""),
        (_("台账"), within, "/record", Permission.JOURNAL_READ, ""),
        (_("监督"), "", "/audit", Permission.JOURNAL_READ, ""),
        # People of a tenant verify their own stream from its record and from each of its entries.
        *([(_("核验"), "", "/audit/chain", Permission.JOURNAL_VERIFY, "")] if someone.is_province else []),
        (_("用户"), "", "/admin/users", Permission.PERSON_MANAGE, ""),
        (_("单位"), "", "/admin/offices", Permission.PERSON_MANAGE, ""),
        (_("系统状态"), "", "/status", Permission.STATUS_READ, ""),
    ]
    return tuple(
        (label, below + place, place, key)
        for label, below, place, permission, key in places
        if _may_any(someone, permission)
    )


def _count(actor: Actor, place: str) -> int | None:
    counting: Counting | None = current_app.extensions.get(_COUNTS, {}).get(place)
    return None if counting is None else counting(actor)


def _may_any(actor: Actor, permission: Permission | tuple[Permission, ...]) -> bool:
    return any(actor.may(one) for one in ((permission,) if isinstance(permission, Permission) else permission))


def is_there(url: str) -> bool:
    """Whether a page answers at `url`."""
    # The pages of an application are known once it serves; looking each up for each page costs more than drawing it.
    known: dict[str, bool] = current_app.extensions.setdefault(_THERE, {})
    if url not in known:
        known[url] = _answers(url)
    return known[url]


def _answers(url: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(url, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _is_current(url: str, here: str) -> bool:
    return here == url or (url != "/" and here.startswith(f"{url}/"))
