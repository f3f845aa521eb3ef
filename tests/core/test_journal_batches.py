"""Many entries in one statement: the database takes them only as an unbroken row after the head."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger import database
from ledger.domain.access import Actor

TENANT = "220100"
Who = Callable[[str], Actor]
_HEAD = text("SELECT seq, hash FROM journal_head WHERE tenant_code = :tenant")


def insert(app_of: Actor, *seqs: int) -> tuple[int, str]:
    """Insert entries that stand `seqs` after the head, by one statement of the application role; the head then."""
    with database.engine().begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": TENANT})
        head = connection.execute(_HEAD, {"tenant": TENANT}).one()
        rows = ", ".join(
            f"('{TENANT}', {head.seq + seq}, 'hash{seq}', '{{}}', '2026-11-23T02:00:00+00:00', 'made', 'x', '1',"
            f" {app_of.office_id}, {app_of.person_id}, '甲')"
            for seq in seqs
        )
        columns = "tenant_code, seq, hash, payload, recorded_at, kind, subject_type, subject_id, office_id"
        connection.execute(text(f"INSERT INTO journal_entry ({columns}, actor_id, actor_name) VALUES {rows}"))
        after = connection.execute(_HEAD, {"tenant": TENANT}).one()
        return after.seq - head.seq, after.hash


def test_a_row_of_entries_moves_the_head_to_its_last(app: Flask, actor: Who) -> None:
    assert insert(actor(f"{TENANT}.finance_officer"), 1, 2, 3) == (3, "hash3")
    assert insert(actor(f"{TENANT}.finance_officer"), 1) == (1, "hash1")


@pytest.mark.parametrize("seqs", [(2,), (1, 3), (2, 3), (1, 2, 4), (1, 1), (0, 1), (-1, 1)])
def test_a_gap_a_repetition_and_a_late_start_are_refused(app: Flask, actor: Who, seqs: tuple[int, ...]) -> None:
    with pytest.raises(DBAPIError):
        insert(actor(f"{TENANT}.finance_officer"), *seqs)
    assert insert(actor(f"{TENANT}.finance_officer"), 1) == (1, "hash1")
