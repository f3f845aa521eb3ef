"""核验: the journal verified by a job, with its progress, its result as evidence, and the runs before it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, render_template
from flask_babel import gettext as _

from ledger import clock
from ledger.audit.commands_chain import VERIFICATION, StartVerification
from ledger.audit.queries_chain import GetVerification, StreamsWithCheckpoints, Verifications
from ledger.audit.queries_verify import Head, VerifyJournal
from ledger.audit.schemas import verification_json
from ledger.audit.schemas_chain import Evidence, evidence_of
from ledger.audit.web_pages import pages
from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE, Permission, check_permission
from ledger.domain.errors import Conflict, NotPermitted
from ledger.http import actor, forms, htmx
from ledger.http.locale import say, speaking
from ledger.http.paging import path
from ledger.jobs.queries import StoredJob
from ledger.jobs.schemas import Result, Task, handles


@handles(VERIFICATION)
def verify(task: Task) -> Result:
    """Verify every stream against its newest checkpoint, or the one whose place it was asked in.

    The outcome is as `ledger verify` gives it.
    """
    of_tenant = None if task.tenant_code == PROVINCE else task.tenant_code
    streams = ask(StreamsWithCheckpoints(of_tenant), task.actor)
    signed = tuple(
        Head(one.code, one.signed_size, one.signed_hash) for one in streams if one.signed_size and one.signed_hash
    )
    query = VerifyJournal(checkpoint=signed, of_tenant=of_tenant, progress=task.progress)
    return verification_json(ask(query, task.actor))


@pages.get("/audit/chain")
def show_chain() -> Response:
    """Every stream with its checkpoint, and the verifications of the province."""
    _check_province()
    return _start_page(PROVINCE, None)


@pages.post("/audit/chain")
def start_chain() -> Response:
    """Ask for every stream to be verified."""
    _check_province()
    return _start(PROVINCE)


@pages.get("/audit/chain/<id:job_id>")
def show_verification(job_id: int) -> Response:
    """One verification of every stream; htmx asks for its progress alone."""
    _check_province()
    return _job_page(PROVINCE, job_id)


@pages.get("/t/<tenant:code>/journal/verify")
def show_stream(code: str) -> Response:
    """One tenant's stream with its checkpoint, and the verifications of it."""
    return _start_page(code, code)


@pages.post("/t/<tenant:code>/journal/verify")
def start_stream(code: str) -> Response:
    """Ask for one tenant's stream to be verified."""
    return _start(code)


@pages.get("/t/<tenant:code>/journal/verify/<id:job_id>")
def show_stream_verification(code: str, job_id: int) -> Response:
    """One verification of a tenant's stream; htmx asks for its progress alone."""
    return _job_page(code, job_id)


def _check_province() -> None:
    check_permission(actor.current(), Permission.JOURNAL_VERIFY)
    if not actor.current().is_province:
        raise NotPermitted("全省留痕由省级人员核验。您可以核验本地区的留痕。")


def _url(code: str) -> str:
    return path("audit", "chain") if code == PROVINCE else path("t", code, "journal", "verify")


def _start_page(code: str, of_tenant: str | None, refusal: str = "", status: int = 200) -> Response:
    runs = ask(Verifications(code), actor.current())
    page = render_template(
        "audit/chain.html",
        streams=ask(StreamsWithCheckpoints(of_tenant), actor.current()),
        runs=[_run(code, job) for job in runs],
        under_way=next((f"{_url(code)}/{job.id}" for job in runs if not job.is_over), None),
        is_province=code == PROVINCE,
        url=_url(code),
        refusal=refusal,
        now=clock.now(),
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


def _run(code: str, job: StoredJob) -> dict[str, Any]:
    evidence = evidence_of(job)
    return {"job": job, "url": f"{_url(code)}/{job.id}", "evidence": evidence}


def _start(code: str) -> Response:
    try:
        job_id = execute(StartVerification(code), actor.current(), forms.sent_key()).subject_id
    except Conflict as refusal:
        return _start_page(code, None if code == PROVINCE else code, say(refusal), 409)
    flash(_("核验已开始。可以离开本页，结果会留在这里。"), "success")
    return htmx.redirect_to(f"{_url(code)}/{job_id}")


def _job_page(code: str, job_id: int) -> Response:
    job = ask(GetVerification(code, job_id), actor.current())
    evidence: Evidence | None = evidence_of(job)
    of_tenant = None if code == PROVINCE else code
    checkpoints = ask(StreamsWithCheckpoints(of_tenant), actor.current()) if evidence else ()
    with speaking("zh"):
        paper = evidence_of(job)
    return htmx.render(
        "audit/verification.html",
        "audit/_verification.html",
        job=job,
        evidence=evidence,
        paper=paper,
        signed={one.code: one for one in checkpoints},
        is_province=code == PROVINCE,
        back_url=_url(code),
        url=f"{_url(code)}/{job.id}",
        printed_at=clock.now(),
        now=clock.now(),
    )
