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
    "GET identity.list_erasures": ADMINISTRATORS,
    "POST identity.ask_erasure": ADMINISTRATORS,
    "GET identity.show_erasure": ADMINISTRATORS,
    "POST identity.confirm_erasure": ADMINISTRATORS,
    "POST identity.refuse_erasure": ADMINISTRATORS,
    "GET audit.status": frozenset({"administrator", "province_auditor"}),
    "GET audit.show_chain": PROVINCE_READERS,
    "POST audit.start_chain": PROVINCE_READERS,
    "GET audit.show_verification": PROVINCE_READERS,
    "GET audit.show_stream": READERS,
    "POST audit.start_stream": READERS,
    "GET audit.show_stream_verification": READERS,
    "GET audit.show_entry": READERS,
    "GET audit.show_province_entry": PROVINCE_READERS,
    "GET audit.entry_proof": READERS,
    "GET audit.province_entry_proof": PROVINCE_READERS,
    "GET audit.approvals": READERS,
    "GET audit.all_approvals": ALL,
    "GET audit.list_pilots": READERS,
    "GET audit.list_all_pilots": frozenset({"province_officer", "province_reviewer", "province_auditor"}),
    "GET audit.show_pilot": READERS,
    "GET audit.totals": READERS,
    "GET audit.tenant_record": READERS,
    "GET audit.province_record": PROVINCE_READERS,
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
    "GET changes.list_reports": READERS,
    "GET changes.list_all_reports": PROVINCE_READERS,
    "GET changes.new_report": frozenset({"drc_officer"}),
    "POST changes.save_report": frozenset({"drc_officer"}),
    "GET changes.show_report": READERS,
    "GET changes.change_report": frozenset({"drc_officer"}),
    "POST changes.amend_report": frozenset({"drc_officer"}),
    "GET changes.check_report": frozenset({"drc_officer"}),
    "POST changes.send_report": frozenset({"drc_officer"}),
    "POST changes.withdraw_report": frozenset({"drc_officer"}),
    "POST changes.pass_report": frozenset({"drc_reviewer"}),
    "POST changes.return_report": frozenset({"drc_reviewer"}),
    "POST changes.check_account": frozenset({"finance_reviewer"}),
    "POST changes.refuse_account": frozenset({"finance_reviewer"}),
    "GET changes.decide_form": frozenset({"province_officer"}),
    "POST changes.decide_report": frozenset({"province_officer"}),
    "POST changes.confirm_report": frozenset({"province_reviewer"}),
    "POST changes.send_back_report": frozenset({"province_reviewer"}),
    "GET changes.show_baseline": READERS,
    "GET changes.release_form": PROVINCE_READERS,
    "POST changes.release_hold": frozenset({"province_officer"}),
    "POST changes.confirm_release": frozenset({"province_reviewer"}),
    "POST changes.send_back_release": frozenset({"province_reviewer"}),
    "GET files.list_files": READERS,
    "POST files.attach_file": READERS - {"province_auditor"},
    "GET files.download_file": READERS,
    "GET api_files.list_files": READERS,
    # The file that is asked for belongs to the finance bureau.
    "GET files.retire_form": frozenset({"finance_officer", "finance_reviewer"}),
    "POST files.retire_file": frozenset({"finance_officer", "finance_reviewer"}),
    "GET pilots.return_form": frozenset({"province_reviewer"}),
    "POST pilots.confirm_designation": frozenset({"province_reviewer"}),
    "POST pilots.return_designation": frozenset({"province_reviewer"}),
    "GET exchange.export_record": READERS,
    "GET exchange.export_province_record": PROVINCE_READERS,
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

# Reductions are made by dispositions: nobody records one, and whoever awards is told why not.
_LISTED: Final = RECORDERS | {"reductions": RECORDERS["awards"]}
OF_COLLECTION: Final[dict[str, dict[str, frozenset[str]]]] = {
    "GET funds.list_documents": dict.fromkeys(_LISTED, READERS),
    "GET funds.list_all_documents": dict.fromkeys(_LISTED, PROVINCE_READERS),
    "GET funds.show_document": dict.fromkeys(_LISTED, READERS),
    "GET funds.check_document": dict.fromkeys(_LISTED, READERS),
    "GET funds.change_document": _LISTED,
    "POST funds.amend_document": _LISTED,
    "GET funds.reverse_form": _LISTED,
    "POST funds.reverse_document": _LISTED,
}
"""Endpoints of one page for every kind of document, by the kind's collection."""

ACTS: Final = {"approve": CHECKERS, "return": CHECKERS, "withdraw": RECORDERS}
"""The acts of `POST funds.act_on_document`, by act and collection."""


def api_documents() -> dict[str, frozenset[str]]:
    """The endpoints of the JSON API's documents, one set a kind."""
    table = {"GET api_documents.list_reductions": READERS, "GET api_documents.get_reduction": READERS}
    for collection, kind in SINGULAR.items():
        table[f"GET api_documents.list_{collection}"] = READERS
        table[f"GET api_documents.get_{kind}"] = READERS
        table[f"POST api_documents.record_{kind}"] = RECORDERS[collection]
        table[f"POST api_documents.approve_{kind}"] = CHECKERS[collection]
        table[f"POST api_documents.return_{kind}"] = CHECKERS[collection]
        if collection != "awards":
            table[f"POST api_documents.reverse_{kind}"] = RECORDERS[collection]
    return table
