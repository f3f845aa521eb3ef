"""`ledger check` reads every blob: a missing or altered one is named with its hash, an attachment with its entry."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from ledger import dispatch, journal
from ledger.audit.queries_check import CheckBooks, Failure
from ledger.domain.access import SYSTEM
from ledger.files import store_blobs
from ledger.files.commands import AttachFile, receive
from ledger.files.queries import ListAttachments, ListPilotFiles
from tests.factories import Factory
from tests.faults.raw import refused, session_of
from tests.files.conftest import OFFICER, blobs
from tests.files.samples import PDF, pdf


@pytest.fixture
def attachment(make: Factory, document_id: int) -> int:
    """A file attached to the waiting disbursement; its id."""
    return attach(make, document_id, PDF)


def attach(make: Factory, document_id: int, content: bytes) -> int:
    file = receive(io.BytesIO(content), "凭证.pdf")
    order = AttachFile(
        tenant_code="220100", subject_type="disbursement", subject_id=document_id, file=file, label="银行回单"
    )
    fact = dispatch.execute(order, make.actor(OFFICER)).facts[0]
    return int(str(fact.after["attachment"]))


def failures() -> tuple[Failure, ...]:
    return dispatch.ask(CheckBooks(), SYSTEM)


@pytest.mark.rule("RX.3")
def test_a_file_beside_a_document_leaves_the_books_sound(attachment: int) -> None:
    assert failures() == ()


@pytest.mark.rule("RX.3")
def test_an_altered_blob_is_named_with_both_hashes(attachment: int, folder: Path) -> None:
    (blob,) = blobs(folder)
    blob.write_bytes(b"swapped")
    expected, found = hashlib.sha256(PDF).hexdigest(), hashlib.sha256(b"swapped").hexdigest()
    assert failures() == (Failure("RX.3", "file_blob", f"220100/{expected}", "sha256", expected, found),)
    blob.unlink()
    assert failures() == (Failure("RX.3", "file_blob", f"220100/{expected}", "sha256", expected, "missing"),)


def test_a_store_that_does_not_answer_is_one_failure(make: Factory, document_id: int, attachment: int) -> None:
    attach(make, document_id, pdf("second"))
    store_blobs.configure("/dev/null/nowhere")
    (one,) = failures()
    assert (one.table, one.found) == ("file_blob", "the store does not answer")


def test_the_command_line_names_it_and_ends_with_one(app: Flask, attachment: int, folder: Path) -> None:
    (blob,) = blobs(folder)
    blob.write_bytes(b"swapped")
    done = app.test_cli_runner().invoke(args=["ledger", "check", "--json"])
    assert done.exit_code == 1
    (failure,) = json.loads(done.output)["failures"]
    assert failure["expected"] == hashlib.sha256(PDF).hexdigest()


@pytest.mark.rule("RX.3")
@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
def test_an_attachment_that_was_turned_to_another_blob_is_named(
    make: Factory, attachment: int, document_id: int, database_urls: dict[str, str]
) -> None:
    attach(make, document_id, pdf("another"))
    engine = create_engine(database_urls["DATABASE_OWNER_URL"])
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER attachment_kept"))
        connection.execute(
            text("UPDATE attachment SET sha256 = :sha256 WHERE id = :id"),
            {"sha256": hashlib.sha256(pdf("another")).hexdigest(), "id": attachment},
        )
    engine.dispose()
    (failure,) = failures()
    assert (failure.table, failure.field, failure.row) == ("attachment", "sha256", f"220100/{attachment}")
    assert failure.expected == hashlib.sha256(PDF).hexdigest()


@pytest.mark.rule("RX.3")
def test_what_is_recorded_of_a_file_is_never_changed(app: Flask, attachment: int) -> None:
    retire = (
        "UPDATE attachment SET retired_at = '2026-11-23T00:00:00+00:00', retired_reason = 'x', retired_by = 1,"
        " retired_by_name = 'x'"
    )
    with session_of(app, "220100") as connection:
        for statement in (
            "UPDATE file_blob SET size = 1",
            "DELETE FROM file_blob",
            "DELETE FROM attachment",
            "UPDATE attachment SET name = 'x.pdf'",
            f"{retire}, label = 'x'",
            "UPDATE attachment SET retired_reason = 'x'",
        ):
            assert refused(connection, statement), statement
        connection.execute(text(retire))
        for statement in (retire, "UPDATE attachment SET retired_at = NULL, retired_reason = NULL"):
            assert refused(connection, statement), statement


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
def test_not_even_by_replacing_it(app: Flask, attachment: int) -> None:
    with session_of(app, "220100") as connection, pytest.raises(DBAPIError, match="immutable"):
        connection.execute(text("REPLACE INTO file_blob SELECT * FROM file_blob"))


@pytest.mark.rule("RX.3")
def test_the_hash_is_in_the_journal_and_a_row_needs_its_entry(
    make: Factory, document_id: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("the journal takes no entry")

    with monkeypatch.context() as patched:
        patched.setattr(journal, "append", broken)
        with pytest.raises(RuntimeError):
            attach(make, document_id, PDF)
    query = ListAttachments(tenant_code="220100", subject_type="disbursement", subject_id=document_id)
    assert dispatch.ask(query, make.actor(OFFICER)).items == ()
    assert len(blobs(folder)) == 1, "the bytes are written before the row"
    attach(make, document_id, PDF)
    assert len(blobs(folder)) == 1
    (item,) = dispatch.ask(query, make.actor(OFFICER)).items
    assert (item.sha256, item.size, item.pilot_id is None) == (hashlib.sha256(PDF).hexdigest(), len(PDF), False)


def test_a_pilots_files_are_those_of_everything_about_it(make: Factory, document_id: int, attachment: int) -> None:
    query = ListAttachments(tenant_code="220100", subject_type="disbursement", subject_id=document_id)
    (item,) = dispatch.ask(query, make.actor(OFFICER)).items
    assert item.pilot_id is not None
    files = dispatch.ask(ListPilotFiles(tenant_code="220100", pilot_id=item.pilot_id), make.actor("province.auditor"))
    assert [one.id for one in files] == [attachment]
