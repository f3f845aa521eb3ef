"""Every route, asked by every role, by nobody, and by another tenant's people: the table of answers holds."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from ledger import dispatch, tenancy
from ledger.audit.commands_chain import StartVerification
from ledger.domain.access import PROVINCE
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.exchange.commands import CheckImport
from ledger.exchange.report import Upload
from ledger.exchange.templates import Kind
from ledger.files.commands import AttachFile, receive
from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from ledger.identity.commands_erasure import AskErasure
from tests.architecture import routes
from tests.architecture.asking import BOOK, Asker, Question, World
from tests.changes.reporting import Reports
from tests.conftest import Browser
from tests.factories import Factory
from tests.files.samples import PDF
from tests.funds.reducing import reduced

PEOPLE = {
    **{role: f"220100.{role}" for role in ("finance_officer", "finance_reviewer", "drc_officer", "drc_reviewer")},
    "province_officer": "province.officer",
    "province_reviewer": "province.reviewer",
    "province_auditor": "province.auditor",
    "administrator": "admin",
}
STRANGERS = {role: f"220200.{role}" for role in ("finance_officer", "finance_reviewer", "drc_officer", "drc_reviewer")}
REFUSED = {401, 403, 404, 405}


@pytest.fixture
def world(app: Flask, make: Factory, tmp_path: Path) -> World:
    """A pilot in 220100 with something of every kind."""
    pilot = make.allocated(1_000_000_00)
    finance, drc = make.actor("220100.finance_officer"), make.actor("220100.drc_officer")
    paid = make.disbursed(pilot, 500_000_00)
    spent = RecordExpenditure(
        tenant_code="220100", disbursement_id=paid, amount=Money(400), spent_on=date(2026, 6, 1), purpose="设备"
    )
    spent_id = dispatch.execute(spent, finance).subject_id
    make.approve("220100", DocumentKind.EXPENDITURE, spent_id, "220100.finance_reviewer")
    accepted = RecordAcceptance(
        tenant_code="220100",
        pilot_id=pilot.id,
        project_code=pilot.project_codes[0],
        amount=Money(100),
        accepted_on=date(2026, 7, 1),
        document_no="验1号",
    )
    recovered = RecordRecovery(
        tenant_code="220100",
        disbursement_id=paid,
        amount=Money(100),
        recovered_on=date(2026, 7, 2),
        document_no="收1号",
        reason="终止",
    )
    documents = {
        "awards": pilot.award_id,
        "allocations": pilot.allocation_id,
        "disbursements": make.waiting(pilot, 100),
        "expenditures": dispatch.execute(spent, finance).subject_id,
        "acceptances": dispatch.execute(accepted, drc).subject_id,
        "recoveries": dispatch.execute(recovered, finance).subject_id,
        "reductions": reduced(make, make.awarded(900_00), 600_00),
    }
    imports = {
        role: dispatch.execute(
            CheckImport(kind=Kind.DISBURSEMENTS, upload=Upload("x.xlsx", BOOK.read_bytes())), make.actor(PEOPLE[role])
        ).subject_id
        for role in ("finance_officer",)
    }
    # Deactivated on the way, by the last of PEOPLE to ask.
    person_id = make.actor("220100.drc_reviewer").person_id
    file = AttachFile(
        tenant_code="220100",
        subject_type="disbursement",
        subject_id=documents["disbursements"],
        file=receive(io.BytesIO(PDF), "凭证.pdf"),
    )
    attached = str(dispatch.execute(file, finance).facts[0].after["attachment"])
    job_ids = {
        code: dispatch.execute(StartVerification(code), make.actor("province.auditor")).subject_id
        for code in ("220100", PROVINCE)
    }
    # By the second administrator: the first one is asked.
    asked = AskErasure("220100", make.actor("220100.finance_officer").name, "本人申请", "长发改〔2026〕7号")
    erasure_id = dispatch.execute(asked, make.actor("admin.second")).subject_id
    for words in (("signer-key", str(tmp_path / "signer.key")), ("sign", "--once")):
        assert app.test_cli_runner().invoke(args=["ledger", *words]).exit_code == 0
    waiting = make.pilot(active=False)
    changes = _changes(make)
    return World(pilot, waiting, documents, paid, imports, person_id, int(attached), job_ids, erasure_id, changes)


def _changes(make: Factory) -> dict[str, int]:
    """A change report that its maker may still mend, and a suspension of another one's project."""
    reports = Reports(make)
    pilot = reports.pilot()
    suspended = reports.passed(pilot, ChangeType.C06)
    reports.settle(suspended, Disposition.SUSPEND)
    hold_id = reports.page(suspended).holds[0].id
    return {"report_id": reports.draft(pilot, ChangeType.C99), "hold_id": hold_id}


def questions(app: Flask, world: World) -> Iterator[Question]:
    """Every route of the map with real ids; a route that no table names is a failure."""
    api = routes.api_documents()
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            name = f"{method} {rule.endpoint}"
            if name in routes.PUBLIC:
                continue
            values = _values(rule, world)
            if name == "POST funds.act_on_document":
                for act, table in routes.ACTS.items():
                    for collection, roles in table.items():
                        yield _question(app, rule, name, method, roles, values | _of(world, collection), act=act)
            elif name in routes.OF_COLLECTION:
                for collection, roles in routes.OF_COLLECTION[name].items():
                    yield _question(app, rule, name, method, roles, values | _of(world, collection))
            elif name in routes.PAGES or name in api:
                kind = _collection(rule)
                more = {"document_id": world.documents[kind]} if kind else {}
                yield _question(app, rule, name, method, (routes.PAGES | api)[name], values | more)
            else:
                pytest.fail(f"{name} ({rule.rule}) has no line in tests/architecture/routes.py")


def _of(world: World, collection: str) -> dict[str, Any]:
    return {"collection": collection, "document_id": world.documents[collection]}


def _collection(rule: Rule) -> str | None:
    found = re.search(
        r"/(awards|allocations|disbursements|expenditures|acceptances|recoveries|reductions)\b", rule.rule
    )
    return found[1] if found else ("disbursements" if "document_id" in rule.arguments else None)


def _values(rule: Rule, world: World) -> dict[str, Any]:
    designating = re.search(r"pilots.*(confirm|approve|return)", rule.rule)
    pilot_id = world.waiting_pilot.id if designating else world.pilot.id
    return {
        "code": "220100",
        "tenant_code": "220100",
        "pilot_id": pilot_id,
        "kind": "disbursements",
        "import_id": world.imports["finance_officer"],
        "person_id": world.person_id,
        "subject_type": "disbursement",
        "subject_id": world.documents["disbursements"],
        "attachment_id": world.attachment_id,
        "seq": 1,
        "job_id": world.job_ids["220100" if "/t/" in rule.rule else PROVINCE],
        "request_id": world.erasure_id,
        "ending": "csv",
        "subject": "pilot",
        "of_id": world.pilot.id,
        **world.changes,
    }


def _question(
    app: Flask, rule: Rule, name: str, method: str, roles: frozenset[str], values: dict[str, Any], **more: Any
) -> Question:
    used = {key: value for key, value in (values | more).items() if key in rule.arguments}
    with app.test_request_context():
        built = app.url_map.bind("localhost").build(rule.endpoint, used, method=method)
    return Question(name, method, built, roles)


def test_every_role_is_answered_as_the_table_says(
    app: Flask, world: World, sign_in: Callable[[str], Browser], api: Callable[[str], FlaskClient]
) -> None:
    asked = list(questions(app, world))
    registered = len(tenancy.REGISTERED)
    wrong = []
    for role, username in PEOPLE.items():
        asker = Asker(sign_in(username), api(username), world)
        for question in asked:
            status = asker.ask(question).status_code
            serves = status not in REFUSED and status < 500
            # An import belongs to who sent it: other importers of the province do not meet it.
            if "import_id" in question.name or question.name in OWN_ALONE:
                serves = serves or (role in question.roles and role != "finance_officer" and status == 404)
            if serves != (role in question.roles):
                wrong.append((role, question.name, question.path, status))
    assert not wrong, "\n".join(map(str, wrong))
    assert len(tenancy.REGISTERED) == registered, "a statement was made while a request was answered"


OWN_ALONE = {
    "GET exchange.errors_book",
    "GET exchange.show_import",
    "GET exchange.confirm_form",
    "POST exchange.confirm_import",
    "GET api_imports.get_import",
    "POST api_imports.confirm_import",
}


def test_nobody_is_served_but_at_the_public_routes(app: Flask, world: World) -> None:
    asker = Asker(None, app.test_client(), world)
    for question in questions(app, world):
        answer = asker.ask(question)
        if question.is_api or question.method == "POST":
            assert answer.status_code in (401, 403), question
        else:
            assert answer.status_code == 303, question
            assert answer.headers["Location"].startswith("/login"), question


@pytest.mark.rule("RX.4")
def test_another_tenants_people_are_answered_as_if_the_thing_were_missing(
    app: Flask, world: World, sign_in: Callable[[str], Browser], api: Callable[[str], FlaskClient]
) -> None:
    asked = [one for one in questions(app, world) if "/t/220100" in one.path or re.search(r"/imports/\d", one.path)]
    for username in STRANGERS.values():
        asker = Asker(sign_in(username), api(username), world)
        for question in asked:
            answer = asker.ask(question)
            assert answer.status_code in (404, 403), (username, question, answer.status_code)
            if "/t/220100" in question.path:
                assert answer.status_code == 404, (username, question)
                missing = re.sub(r"/t/220100", "/t/999999", question.path)
                other = asker.ask(Question(question.name, question.method, missing, question.roles))
                assert other.status_code == 404, (username, missing)


def test_a_public_route_is_named_as_one(app: Flask) -> None:
    names = {
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert names >= routes.PUBLIC
