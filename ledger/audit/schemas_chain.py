"""What a verification found, as its page and its printed form tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from ledger.identity.queries import PROVINCE_ROW, TENANTS
from ledger.jobs.queries import StoredJob

STREAM_NAMES: Final = {row.code: row.name for row in (PROVINCE_ROW, *TENANTS)}
"""The place of each stream by its code, the province first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first entry that does not hold: where, why, and both values. `place` is the entry's page or its stream's."""

    code: str
    name: str
    seq: int
    words: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry that is worth a look although the chain holds."""

    code: str
    name: str
    seq: int
    words: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A stream that was read: how many entries, and the hash of the last."""

    code: str
    name: str
    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a verification ended; `fault` says why it came to no end."""

    sound: bool
    entries: int
    streams: Sequence[Verified]
    first_break: Found | None
    flags: Sequence[Noted]
    fault: str = ""


def evidence_of(job: StoredJob) -> Evidence | None:
    """The result of a verification's job; None before its end."""
    result = job.result
    if result is None:
        return None
    if "error" in result:
        return Evidence(False, 0, (), None, (), str(_(result["error"]["message"])))
    streams = [
        Verified(code, STREAM_NAMES.get(code, code), int(head["size"]), str(head["hash"]))
        for code, head in result["streams"].items()
    ]
    broken = result["first_break"]
    return Evidence(
        bool(result["ok"]),
        int(result["entries"]),
        sorted(streams, key=lambda one: list(STREAM_NAMES).index(one.code)),
        None if broken is None else _found(broken),
        [_noted(flag) for flag in result["flags"]],
    )


def _found(broken: Mapping[str, Any]) -> Found:
    code = str(broken["stream"])
    words = reason_words(str(broken["reason"]))
    expected, found = str(broken["expected"]), str(broken["found"])
    return Found(code, STREAM_NAMES.get(code, code), int(broken["seq"]), words, expected, found)


def _noted(flag: Mapping[str, Any]) -> Noted:
    code = str(flag["stream"])
    return Noted(code, STREAM_NAMES.get(code, code), int(flag["seq"]), reason_words(str(flag["reason"])))


def reason_words(reason: str) -> str:
    """Why an entry does not hold, in the reader's language; an unknown reason as it is."""
    if reason.startswith("column "):
        return str(_("内容与旁边的 %(column)s 列不一致", column=reason.removeprefix("column ")))
    told = {
        "hash": _("内容与它的哈希不符：内容或哈希被改过"),
        "prev": _("与上一条不相接：中间的记录被换过、删过或重排过"),
        "sequence": _("序号不连续：有记录缺失或重排"),
        "seq": _("内容里的序号与位置不符"),
        "stream": _("这一条不属于这个流，或流是空的"),
        "head": _("记录与流的末尾不符：末尾的记录被删过，或末尾被改过"),
        "checkpoint": _("与较早的检查点不符：记录被删过，或整条链被重写过"),
        "root": _("与检查点的根不符：整条链被重写过"),
        "payload": _("内容不是可读的记录"),
        "kind": _("第一条不是开流记录"),
        "after": _("第一条没有写明算法"),
        "at": _("没有记录时间"),
        "recorded_at": _("记录时间早于上一条：服务器的时钟曾被拨回"),
    }
    return str(told.get(reason, reason))
