"""The table of answers: who may ask what. A route without a line here fails its test."""

from __future__ import annotations

from typing import Final

ALL: Final = frozenset(
    {
        "finance_officer",
        "finance_reviewer",
        "drc_officer",
        "drc_reviewer",
        "province_officer",
        "province_reviewer",
        "province_auditor",
        "administrator",
    }
)
READERS: Final = ALL - {"administrator"}
ADMINISTRATORS: Final = frozenset({"administrator"})
PROVINCE_READERS: Final = frozenset({"province_officer", "province_reviewer", "province_auditor"})
PUBLIC: Final = frozenset(
    {
        "GET api_description.openapi",
        "GET audit.count_todo",
        "GET bootstrap.static",
        "GET identity.alive",
        "GET identity.ready",
        "GET identity.sign_in_form",
        "GET static",
        "POST identity.sign_in",
        "POST identity.sign_out",
    }
)

RECORDERS: Final = {
    "awards": frozenset({"province_officer"}),
    "allocations": frozenset({"province_officer"}),
    "disbursements": frozenset({"finance_officer"}),
    "expenditures": frozenset({"finance_officer"}),
    "acceptances": frozenset({"drc_officer"}),
    "recoveries": frozenset({"finance_officer"}),
}
CHECKERS: Final = {
    "awards": frozenset({"province_reviewer"}),
    "allocations": frozenset({"province_reviewer"}),
    "disbursements": frozenset({"finance_reviewer"}),
    "expenditures": frozenset({"finance_reviewer"}),
    "acceptances": frozenset({"drc_reviewer"}),
    "recoveries": frozenset({"finance_reviewer"}),
}
SINGULAR: Final = {
    "awards": "award",
    "allocations": "allocation",
    "disbursements": "disbursement",
    "expenditures": "expenditure",
    "acceptances": "acceptance",
    "recoveries": "recovery",
}
IMPORTERS: Final = frozenset({"province_officer", "finance_officer"})

PAGES: Final[dict[str, frozenset[str]]] = {
    "GET audit.home": ALL,
    "GET identity.me": ALL,
    "GET identity.password_form": ALL,
    "POST identity.change_password": ALL,
    "GET identity.own_tokens": ALL,
    "POST identity.issue_token": ALL,
    "POST identity.revoke_token": ALL,
    "GET identity.list_people": ADMINISTRATORS,
    "GET identity.new_person": ADMINISTRATORS,
    "POST identity.register_person": ADMINISTRATORS,
    "GET identity.show_person": ADMINISTRATORS,
    "GET identity.roles_form": ADMINISTRATORS,
    "POST identity.propose_roles": ADMINISTRATORS,
    "POST identity.confirm_roles": ADMINISTRATORS,
    "POST identity.refuse_roles": ADMINISTRATORS,
    "GET identity.deactivate_form": ADMINISTRATORS,
    "POST identity.deactivate_person": ADMINISTRATORS,
    "GET identity.reset_form": ADMINISTRATORS,
    "POST identity.reset_password": ADMINISTRATORS,
    "POST identity.revoke_tokens": ADMINISTRATORS,
    "GET identity.list_offices": ADMINISTRATORS,
    "POST identity.register_office": ADMINISTRATORS,
    "POST identity.change_office": ADMINISTRATORS,
    "GET audit.status": frozenset({"administrator", "province_auditor"}),
    "GET audit.approvals": READERS,
    "GET audit.all_approvals": ALL,
    "GET audit.list_pilots": READERS,
    "GET audit.list_all_pilots": frozenset({"province_officer", "province_reviewer", "province_auditor"}),
    "GET audit.show_pilot": READERS,
    "GET audit.totals": READERS,
    "GET audit.search": READERS,
    "GET funds.find_document": READERS,
    "GET funds.new_disbursement": RECORDERS["disbursements"],
    "POST funds.record_disbursement": RECORDERS["disbursements"],
    "GET funds.new_award": RECORDERS["awards"],
    "POST funds.record_award": RECORDERS["awards"],
    "GET funds.new_allocation": RECORDERS["allocations"],
    "POST funds.record_allocation": RECORDERS["allocations"],
    "GET funds.batch_form": frozenset({"finance_reviewer", "drc_reviewer", "province_reviewer"}),
    "POST funds.approve_batch": frozenset({"finance_reviewer", "drc_reviewer", "province_reviewer"}),
    "GET funds.new_notice": RECORDERS["allocations"],
    "POST funds.record_notice": RECORDERS["allocations"],
    "GET funds.show_notice": frozenset({"province_officer", "province_reviewer", "province_auditor"}),
    "GET funds.new_expenditure": RECORDERS["expenditures"],
    "POST funds.record_expenditure": RECORDERS["expenditures"],
    "GET funds.new_acceptance": RECORDERS["acceptances"],
    "POST funds.record_acceptance": RECORDERS["acceptances"],
    "GET funds.new_recovery": RECORDERS["recoveries"],
    "POST funds.record_recovery": RECORDERS["recoveries"],
    "GET pilots.return_form": frozenset({"province_reviewer"}),
    "POST pilots.confirm_designation": frozenset({"province_reviewer"}),
    "POST pilots.return_designation": frozenset({"province_reviewer"}),
    "GET exchange.blank_book": ALL,
    "GET exchange.errors_book": IMPORTERS,
    "GET exchange.list_imports": IMPORTERS,
    "POST exchange.check_import": IMPORTERS,
    "GET exchange.show_import": IMPORTERS,
    "GET exchange.confirm_form": IMPORTERS,
    "POST exchange.confirm_import": IMPORTERS,
    "GET api_tenants.list_tenants": ALL,
    "GET api_pilot_lists.list_pilots": READERS,
    "GET api_pilots.get_pilot": READERS,
    "POST api_pilots.approve_pilot": frozenset({"province_reviewer"}),
    "POST api_pilots.return_pilot": frozenset({"province_reviewer"}),
    "GET api_audit.get_position": READERS,
    "GET api_audit.list_entries": READERS,
    "GET api_audit.get_totals": READERS,
    "GET api_audit.list_journal": READERS,
    # Asked with a book of disbursements, which the province does not import.
    "POST api_imports.check_import": frozenset({"finance_officer"}),
    "GET api_imports.get_import": IMPORTERS,
    "POST api_imports.confirm_import": IMPORTERS,
}
"""Endpoint to the roles that it serves; every other role is answered 403."""

OF_COLLECTION: Final[dict[str, dict[str, frozenset[str]]]] = {
    "GET funds.list_documents": dict.fromkeys(RECORDERS, READERS),
    "GET funds.list_all_documents": dict.fromkeys(RECORDERS, PROVINCE_READERS),
    "GET funds.show_document": dict.fromkeys(RECORDERS, READERS),
    "GET funds.check_document": dict.fromkeys(RECORDERS, READERS),
    "GET funds.change_document": RECORDERS,
    "POST funds.amend_document": RECORDERS,
    "GET funds.reverse_form": RECORDERS,
    "POST funds.reverse_document": RECORDERS,
}
"""Endpoints of one page for every kind of document, by the kind's collection."""

ACTS: Final = {"approve": CHECKERS, "return": CHECKERS, "withdraw": RECORDERS}
"""The acts of `POST funds.act_on_document`, by act and collection."""


def api_documents() -> dict[str, frozenset[str]]:
    """The endpoints of the JSON API's documents, one set a kind."""
    table: dict[str, frozenset[str]] = {}
    for collection, kind in SINGULAR.items():
        table[f"GET api_documents.list_{collection}"] = READERS
        table[f"GET api_documents.get_{kind}"] = READERS
        table[f"POST api_documents.record_{kind}"] = RECORDERS[collection]
        table[f"POST api_documents.approve_{kind}"] = CHECKERS[collection]
        table[f"POST api_documents.return_{kind}"] = CHECKERS[collection]
        if collection != "awards":
            table[f"POST api_documents.reverse_{kind}"] = RECORDERS[collection]
    return table
