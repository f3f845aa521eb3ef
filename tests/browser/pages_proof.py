"""The pages by which a record is proved: its verification, one entry, and what is erased of persons."""

from __future__ import annotations

from typing import Final

from tests.browser import acts
from tests.browser.places import ADMINISTRATOR, AUDITOR, DRC_OFFICER, OFFICER
from tests.browser.sights import Sight

_T: Final = "/t/220100"
_SECOND: Final = "admin.second"
_ERASURES: Final = "/admin/erasures"

SIGHTS: Final[tuple[Sight, ...]] = (
    Sight(
        "chain",
        AUDITOR,
        "/audit/chain",
        "留痕核验",
        "留痕核验. Every stream of the journal with its head and its newest checkpoint, and the verifications before.\n"
        "One button verifies them all in the background.",
    ),
    Sight(
        "verification",
        AUDITOR,
        "/audit/chain/{verification}",
        "留痕核验",
        "What a verification found: every stream with its size and its last hash, printed as evidence.\n"
        "Had an entry been altered, the first one would be named here with both hashes.",
    ),
    Sight("verification-waiting", DRC_OFFICER, f"{_T}/journal/verify/{{asked_verification}}", "留痕核验"),
    Sight(
        "stream",
        OFFICER,
        f"{_T}/journal/verify",
        "留痕核验",
        "A prefecture verifies its own stream.\nWhat it finds is printed with the checkpoint that others hold.",
    ),
    Sight(
        "stream-verification",
        DRC_OFFICER,
        f"{_T}/journal/verify/{{own_verification}}",
        "留痕核验",
        "The verification of one prefecture's stream, with its progress while it runs.\n"
        "Without JavaScript a link renews it.",
    ),
    Sight(
        "journal-entry",
        OFFICER,
        f"{_T}/journal/{{entry}}",
        "记录",
        "One entry of the journal: its sentence, its fields, its hashes, and the checkpoint that covers it.\n"
        "The code on every printed form leads here; the proof is a file that a unit keeps.",
    ),
    Sight(
        "province-entry",
        AUDITOR,
        "/journal/1",
        "记录",
        "An entry of the province's own stream.\nThe first one names the algorithms of the chain.",
    ),
    Sight(
        "erasures",
        ADMINISTRATOR,
        _ERASURES,
        "删除个人信息",
        "删除个人信息. The journal holds salted commitments; value and salt can be erased, by two administrators.\n"
        "The chain stays whole, and nobody can know again what was written.",
    ),
    Sight(
        "erasure-refused",
        ADMINISTRATOR,
        _ERASURES,
        "删除个人信息",
        act=acts.pressed("main form[method=post] .btn-primary", "#errors"),
    ),
    Sight(
        "erasure",
        _SECOND,
        f"{_ERASURES}/220100/{{erasure}}",
        "删除申请",
        "A request to erase as the second administrator sees it: the value, where it stands, the reason.\n"
        "What is confirmed here cannot be restored.",
    ),
    Sight("erased", ADMINISTRATOR, f"{_ERASURES}/220100/{{erased}}", "删除申请"),
)
