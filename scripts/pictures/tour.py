"""The words of `docs/tour.md`: one picture and two lines for each page of the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tests.browser.places import ADMINISTRATOR
from tests.browser.sights import NOBODY, Sight

IN_THREE: Final = ("pilot", "entry", "totals")
"""Pages that are also shown in the dark and on the narrowest screen."""
_HEAD: Final = """# A tour in pictures

Every page of the ledger with what it is for, on the demo's books. Written by `make pictures` from the table of pages in
`tests/browser/pages_*.py`, which the tests visit too; do not edit it by hand.
"""
_ROLES: Final = {
    "finance_officer": "finance officer (财务经办)",
    "finance_reviewer": "finance reviewer (财务复核)",
    "drc_officer": "DRC officer (发改经办)",
    "drc_reviewer": "DRC reviewer (发改审核)",
    "officer": "province's officer (省级业务)",
    "reviewer": "province's reviewer (省级复核)",
    "auditor": "province's auditor (省级审计)",
    ADMINISTRATOR: "administrator (系统管理员)",
    "second": "second administrator (系统管理员)",
}


def pictures(sights: Iterable[Sight]) -> list[str]:
    """The names of the tour's pictures, without `.png`, in their order."""
    names = [sight.name for sight in sights if sight.about]
    return [*names, *(f"{name}-{look}" for name in IN_THREE for look in ("dark", "320"))]


def tour(sights: Iterable[Sight]) -> str:
    """The whole file."""
    parts = [_HEAD]
    for number, sight in enumerate((one for one in sights if one.about), 1):
        title, seen = _title(sight), "nobody signed in" if sight.who == NOBODY else f"the {_role(sight.who)}"
        lines = sight.about.replace("\n", "  \n")
        parts.append(f"## {number}. {title}\n\n{lines}\n\n![{title}, seen by {seen}](pictures/{sight.name}.png)\n")
    parts.append("## In the dark and on a narrow screen\n")
    parts.extend(
        f"![{name} in the dark](pictures/{name}-dark.png)\n![{name} at 320 pixels](pictures/{name}-320.png)\n"
        for name in IN_THREE
    )
    return "\n".join(parts)


def _title(sight: Sight) -> str:
    return sight.name.replace("-", " ").capitalize()


def _role(username: str) -> str:
    return _ROLES[username.rsplit(".", 1)[-1]]
