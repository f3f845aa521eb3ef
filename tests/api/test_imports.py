"""Workbooks through the API: checked first, stored by the confirm."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import config
from tests.api.conftest import Answer, Caller
from tests.factories import Factory

Call = Callable[[str], Caller]
BOOKS = config.ROOT / "demo" / "books"


def upload(caller: Caller, kind: str, name: str, content: bytes | None = None) -> Answer:
    found = (BOOKS / name).read_bytes() if content is None else content
    return caller.post(f"/imports/{kind}", key=None, data={"file": (BytesIO(found), name)})


def designated(call: Call) -> dict[str, Any]:
    """The report of the designation list, checked and not confirmed."""
    answer = upload(call("province.officer"), "designation", "01-designation.xlsx")
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json
    return found


def test_nothing_is_stored_before_the_confirm(call: Call, make: Factory) -> None:
    officer = call("province.officer")
    report = designated(call)
    assert report["rows"] == report["accepted"] > 0
    assert (report["stored"], report["refused"], report["status"]) == (0, [], "checked")
    assert officer.get("/t/220100/pilots").json["total"] == 0
    path = f"/imports/{report['id']}"
    assert officer.get(path).json == report
    done = officer.post(f"{path}/confirm", {"only_good": False}, key="go")
    assert (done.status_code, done.json["stored"], done.json["status"]) == (200, report["rows"], "confirmed")
    assert officer.get("/t/220100/pilots").json["total"] > 0
    assert officer.post(f"{path}/confirm", {"only_good": False}, key="go").raw == done.raw
    again = officer.post(f"{path}/confirm")
    assert (again.status_code, again.json["code"]) == (409, "conflict")


def test_refused_rows_stop_the_confirm(call: Call, make: Factory) -> None:
    clerk = call("220100.finance_officer")
    report = upload(clerk, "disbursements", "05-disbursements-220100-faults.xlsx").json
    assert report["refused"][0].keys() == {"row", "column", "code", "message", "value"}
    answer = clerk.post(f"/imports/{report['id']}/confirm", {})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["refused"] == report["refused"]
    assert answer.json["stored"] == 0
    assert clerk.get("/t/220100/disbursements").json["total"] == 0


def test_an_import_without_a_workbook_is_refused(call: Call, make: Factory) -> None:
    officer = call("province.officer")
    for answer in (
        officer.post("/imports/awards", key=None, data={"file": (BytesIO(b"not a workbook"), "a.xlsx")}),
        officer.post("/imports/awards", key=None, data={}),
        officer.post("/imports/awards", {"file": "x"}),
        officer.post("/imports/awards", key=None, data={"file": "text"}),
    ):
        assert answer.status_code == 422, answer.json
        assert [one["field"] for one in answer.json["errors"]] == ["file"]
    assert officer.post("/imports/people", key=None, data={}).status_code == 404
    wrong = officer.post(f"/imports/{designated(call)['id']}/confirm", {"only_good": "true"})
    assert wrong.status_code == 400


def test_another_person_s_import_is_missing_or_refused(call: Call, make: Factory) -> None:
    report = designated(call)
    clerk = call("220100.finance_officer")
    assert clerk.get(f"/imports/{report['id']}").raw == clerk.get("/imports/7").raw
    assert clerk.post(f"/imports/{report['id']}/confirm").status_code == 404
    assert call("220100.drc_officer").get(f"/imports/{report['id']}").status_code == 403
    missing = upload(clerk, "designation", "01-designation.xlsx")
    assert (missing.status_code, missing.json["code"]) == (403, "not_permitted")
