"""Evidence through the JSON API: listed with its hash, and nothing of another tenant."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.conftest import Browser
from tests.files.conftest import OFFICER, place_of, send
from tests.files.samples import PDF

Api = Callable[[str], FlaskClient]


def test_files_are_listed_with_their_hashes(sign_in: Callable[[str], Browser], api: Api, document_id: int) -> None:
    place = f"/api/v1/t/220100/files/disbursement/{document_id}"
    reader = api("province.auditor")
    assert reader.get(place).get_json() == {"items": [], "total": 0, "page": 1, "per_page": 50}
    for label in ("银行回单", "合同"):
        send(sign_in(OFFICER), place_of(document_id), PDF, file_label=label)
    found = reader.get(f"{place}?per_page=1").get_json()
    (item,) = found["items"]
    assert found["total"] == 2
    assert {name: item[name] for name in ("name", "label", "size", "sha256", "retired_at")} == {
        "name": "凭证.pdf",
        "label": "银行回单",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "retired_at": None,
    }


def test_what_is_not_there_and_what_is_anothers_answer_alike(api: Api, document_id: int) -> None:
    for username, place in (
        ("220200.finance_officer", f"220100/files/disbursement/{document_id}"),
        ("220200.finance_officer", f"220200/files/disbursement/{document_id}"),
        (OFFICER, f"220100/files/person/{document_id}"),
        (OFFICER, f"220100/files/award/{document_id}"),
    ):
        answer = api(username).get(f"/api/v1/t/{place}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
