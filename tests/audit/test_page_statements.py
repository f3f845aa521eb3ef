"""How many statements a page costs: the same for one row as for many, whoever reads it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from ledger import dispatch, tenancy
from ledger.desk import Desk
from ledger.files.commands import AttachFile, receive
from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory
from tests.files.samples import pdf

SignIn = Callable[[str], Browser]
REVIEWER, PROVINCE = "220100.finance_reviewer", "province.reviewer"
READINGS = ("rows", "first", "read_all", "all", "one_or_none")


class Cost:
    """What one page asked the database since it was last looked at; statements that travel together count as one."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()

    def of(self, browser: Browser, url: str, **options: Any) -> tuple[int, int]:
        """The transactions and statements of one page; asked twice, since the first may ask what is then known."""
        browser.get(url, **options)
        self.counted.clear()
        answer = browser.get(url, **options)
        assert answer.status_code == 200, url
        return self.counted["transactions"], self.counted["statements"]


@pytest.fixture
def cost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Cost:
    """Count every reading that a use case makes, and every transaction that dispatch opens for it."""
    made = Cost()

    def counting(what: str, done: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            made.counted[what] += 1
            return done(*arguments, **named)

        return counted

    for name in READINGS:
        monkeypatch.setattr(Desk, name, counting("statements", getattr(Desk, name)))
    monkeypatch.setattr(dispatch, "Transaction", counting("transactions", tenancy.Transaction))
    return made


def test_a_pilot_s_page_is_two_transactions_of_few_exchanges(
    sign_in: SignIn, make: Factory, books: Books, cost: Cost
) -> None:
    url = f"/t/220100/pilots/{books.pilot.id}"
    reviewer = sign_in(REVIEWER)
    # Who asks; then, all at once, the pilot with its money, what holds it, its acts, and what waits for the asker.
    assert cost.of(reviewer, url) == (2, 2)
    for _ in range(3):
        make.disbursed(books.pilot, 10_000_00)
    waiting_id = make.waiting(books.pilot, 10_000_00)
    assert cost.of(reviewer, url) == (2, 2)
    # For the province the number beside its work is of every tenant: a transaction of its own.
    assert cost.of(sign_in(PROVINCE), url) == (3, 3)
    # Where files stand beside its documents, they are one exchange more, all at once.
    file = receive(io.BytesIO(pdf("x")), "凭证.pdf")
    attaching = AttachFile(tenant_code="220100", subject_type="disbursement", subject_id=waiting_id, file=file)
    dispatch.execute(attaching, make.actor("220100.finance_officer"))
    assert cost.of(reviewer, url) == (2, 3)


def test_a_part_of_a_pilot_s_page_costs_its_own_part(sign_in: SignIn, books: Books, cost: Cost) -> None:
    reviewer, url = sign_in(REVIEWER), f"/t/220100/pilots/{books.pilot.id}"
    assert cost.of(reviewer, url, htmx=True, headers={"HX-Target": "moneybar"}) == (2, 2)
    assert cost.of(reviewer, f"{url}?before=9999", htmx=True, headers={"HX-Target": "timeline"}) == (2, 4)


@pytest.mark.parametrize("place", ["pilots", "disbursements"])
def test_a_list_costs_the_same_for_one_row_as_for_many(
    sign_in: SignIn, make: Factory, books: Books, cost: Cost, place: str
) -> None:
    reviewer = sign_in(REVIEWER)
    few = cost.of(reviewer, f"/t/220100/{place}")
    for _ in range(4):
        make.disbursed(make.allocated(100_000_00), 10_000_00)
    assert cost.of(reviewer, f"/t/220100/{place}") == few
    # Who asks, the rows, their total, and the number beside one's work.
    assert few <= (3, 6)
