"""台账: a pilot's statement of one account over a period, on the screen and as the form that is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from ledger import clock
from ledger.audit.queries_journal import Timeline
from ledger.audit.queries_statement import Running, Statement, StatementLine
from ledger.audit.queries_totals import Position
from ledger.dispatch import ask
from ledger.domain.dates import parse_typed_date
from ledger.domain.documents import DocumentKind, Stage
from ledger.domain.errors import BadValue
from ledger.domain.money import ZERO, Money
from ledger.funds.queries_lists import EARLIEST, LATEST, ListDocuments
from ledger.funds.schemas_shown import kind_name
from ledger.http import actor, paging
from ledger.http.locale import say, speaking
from ledger.http.paging import path

ACCOUNTS = (Stage.AWARDED, Stage.ALLOCATED, Stage.DISBURSED, Stage.SPENT, Stage.ACCEPTED, Stage.RECOVERED)
"""Accounts of single stages; without one the statement is of the money that may be disbursed."""
_KIND_OF_STAGE = {
    Stage.AWARDED: DocumentKind.AWARD,
    Stage.ALLOCATED: DocumentKind.ALLOCATION,
    Stage.DISBURSED: DocumentKind.DISBURSEMENT,
    Stage.SPENT: DocumentKind.EXPENDITURE,
    Stage.ACCEPTED: DocumentKind.ACCEPTANCE,
    Stage.RECOVERED: DocumentKind.RECOVERY,
}
"""Which kind of document brings money to a stage."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the URL asks for; a day that was not read filters nothing, and `fault` says why."""

    account: Stage | None
    first_on: date
    last_on: date
    hides_reversals: bool
    fault: str

    @property
    def is_open_ended(self) -> bool:
        return self.last_on == LATEST


@dataclass(frozen=True, slots=True)
class _Line:
    """An entry, with what its account held after it."""

    entry: StatementLine
    increase: Money | None
    decrease: Money | None
    balance: Money


@dataclass(frozen=True, slots=True)
class _Book:
    """The account over the period: `opening` before it, `closing` after it, `paid` by the disbursements within it."""

    opening: Money
    lines: Sequence[_Line]
    closing: Money
    paid: Money


def context(code: str, pilot_id: int, position: Position) -> dict[str, Any]:
    """What the statement's tab takes, with the printed form of the same lines."""
    asked = _asked()
    found = ask(Statement(tenant_code=code, pilot_id=pilot_id, as_of=asked.last_on), actor.current())
    book = _book(found.lines, asked)
    wanted = paging.page_asked()
    on_page = book.lines[wanted.offset : wanted.offset + wanted.per_page]
    carried = book.lines[wanted.offset - 1].balance if wanted.offset and on_page else book.opening
    shown: dict[str, Any] = {
        "is_fund": asked.account is None,
        "fault": asked.fault,
        "from_on": asked.first_on if asked.first_on != EARLIEST else None,
        "to_on": None if asked.is_open_ended else asked.last_on,
        "hides_reversals": asked.hides_reversals,
        "opening": book.opening,
        "carried": carried if wanted.offset else None,
        "increase_total": _total([one.increase for one in book.lines]),
        "decrease_total": _total([one.decrease for one in book.lines]),
        "closing": book.closing,
        "paid": book.paid,
        "vouchers": _vouchers(code, pilot_id, asked),
        "position": position if asked.is_open_ended and asked.account is None else None,
        "page": paging.Page(on_page, len(book.lines), wanted.page, wanted.per_page),
    }
    return {
        "statement": shown | _in_words(code, asked, on_page),
        "accounts": [(stage.value, account_name(stage)) for stage in ACCOUNTS],
        "typed": {name: paging.words_asked(name) for name in ("account", "from", "to", "reversals")},
        "paper": _paper(code, position, asked, on_page),
    }


def _asked() -> _Asked:
    account = paging.words_asked("account")
    first_on, fault = _day("from", EARLIEST)
    last_on, other = _day("to", LATEST)
    hides = paging.words_asked("reversals") == "hidden"
    return _Asked(Stage(account) if account in set(ACCOUNTS) else None, first_on, last_on, hides, fault or other)


def _day(name: str, otherwise: date) -> tuple[date, str]:
    text = paging.words_asked(name)
    try:
        return (parse_typed_date(text, name) if text else otherwise), ""
    except BadValue as refusal:
        return otherwise, say(refusal)


def _book(entries: Sequence[StatementLine], asked: _Asked) -> _Book:
    undone = {one.reverses_document_id for one in entries} if asked.hides_reversals else set()
    running, opening, paid = Running(), Money(0), Money(0)
    lines: list[_Line] = []
    for one in entries:
        within = one.business_date >= asked.first_on
        if within and one.to_stage is Stage.DISBURSED:
            paid += one.amount
        # A reversal and what it undoes are hidden together: what stands at the end is the same.
        if asked.hides_reversals and (one.reverses_document_id is not None or one.document_id in undone):
            continue
        running = running.after(one.from_stage, one.to_stage, one.amount)
        balance = running.balance if asked.account is None else getattr(running, asked.account.value)
        if not within:
            opening = balance
        elif asked.account in (None, one.to_stage):
            lines.append(_line(one, asked.account, balance))
    return _Book(opening, lines, lines[-1].balance if lines else opening, paid)


def _line(one: StatementLine, account: Stage | None, balance: Money) -> _Line:
    if account is not None:
        return _Line(one, one.amount, None, balance)
    grows, falls = one.to_stage is Stage.ALLOCATED, one.from_stage is Stage.ALLOCATED
    return _Line(one, one.amount if grows else None, one.amount if falls else None, balance)


def _total(amounts: Sequence[Money | None]) -> Money:
    return Money(sum(one.fen for one in amounts if one is not None))


def _vouchers(code: str, pilot_id: int, asked: _Asked) -> Money:
    """What the disbursement documents themselves add up to over the period: another table than the entries."""
    query = ListDocuments(
        tenant_code=code,
        kind=DocumentKind.DISBURSEMENT,
        pilot_id=pilot_id,
        first_on=asked.first_on,
        last_on=asked.last_on,
        per_page=1,
        is_exact=True,
    )
    return ask(query, actor.current()).amount_total or ZERO


def account_name(stage: Stage) -> str:
    """An account by the word of the money bar."""
    names: dict[Stage, str] = {
        Stage.AWARDED: _("核定"),
        Stage.ALLOCATED: _("下达"),
        Stage.DISBURSED: _("拨付"),
        Stage.SPENT: _("使用"),
        Stage.ACCEPTED: _("验收"),
        Stage.RECOVERED: _("收回"),
    }
    return names[stage]


def _in_words(code: str, asked: _Asked, lines: Sequence[_Line]) -> dict[str, Any]:
    """The account's name and its lines as rows, in the reader's language."""
    name = _("可拨资金") if asked.account is None else account_name(asked.account)
    return {"account": name, "rows": [_row(code, one) for one in lines]}


def _row(code: str, line: _Line) -> dict[str, Any]:
    one = line.entry
    is_reversal = one.reverses_document_id is not None
    kind = _KIND_OF_STAGE[one.to_stage] if is_reversal else one.document_kind
    told = [kind_name(kind), one.project_name, one.payee_name, one.document_no, one.reason or one.note]
    return {
        "on": one.business_date,
        "number": one.number,
        "voucher": one.voucher_no,
        "url": path("t", code, "documents", one.document_id),
        "text": " · ".join(dict.fromkeys(each for each in told if each)),
        # An entry that does not move the account shows its amount in its text.
        "beside": one.amount if line.increase is None and line.decrease is None else None,
        "increase": line.increase,
        "decrease": line.decrease,
        "balance": line.balance,
        "people": f"{one.made_by_name} / {one.checked_by_name}",
        "is_reversal": is_reversal,
    }


def _paper(code: str, position: Position, asked: _Asked, lines: Sequence[_Line]) -> dict[str, Any]:
    """What 对账单 says beside the statement: offices file it in Chinese and in yuan, however the page is read."""
    newest = ask(Timeline(tenant_code=code, pilot_id=position.pilot_id, limit=1), actor.current()).items
    with speaking("zh"):
        in_chinese = _in_words(code, asked, lines)
    record = newest[0] if newest else None
    return in_chinese | {"pilot": position, "record": record, "today": clock.today(), "printed_at": clock.now()}
