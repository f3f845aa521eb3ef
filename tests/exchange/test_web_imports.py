"""The import through the browser: upload, report, confirm, and what is refused beside its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.exchange.blank_book import write_blank_book
from ledger.exchange.templates import Kind
from ledger.funds.queries_lists import DocumentPage, ListDocuments
from ledger.identity.queries import TENANTS
from tests.conftest import Browser
from tests.factories import Factory, MadePilot
from tests.fixtures_money import make

__all__ = ["make"]

SignIn = Callable[[str], Browser]
OFFICER = "220100.finance_officer"
FIRST_ROW = 4


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def row_of(pilot: MadePilot, serial: int, amount: object, voucher: str = "") -> list[object]:
    project, payee = pilot.project_codes[0], pilot.name
    voucher = voucher or f"ZF-WEB-{serial}"
    return [
        *(serial, "2026-05-20", pilot.name, pilot.uscc, project, payee, "2200123456789"),
        *("吉财建指〔2026〕118号", voucher, amount),
    ]


def book_of(rows: Sequence[Sequence[object]], kind: Kind = Kind.DISBURSEMENTS) -> bytes:
    """The official template filled with `rows`."""
    book = openpyxl.load_workbook(BytesIO(write_blank_book(kind, [tenant.name for tenant in TENANTS])))
    for at, row in enumerate(rows, FIRST_ROW):
        for column, value in enumerate(row, 1):
            book.active.cell(at, column).value = value
    sent = BytesIO()
    book.save(sent)
    return sent.getvalue()


def upload(browser: Browser, content: bytes, kind: str = "disbursements", name: str = "拨付.xlsx", **form: Any) -> Any:
    file = FileStorage(BytesIO(content), filename=name)
    # Encoded here: the client itself leaves the file of a large body open.
    boundary, body = encode_multipart({"csrf_token": browser.fresh_token(), "kind": kind, "file": file, **form})
    return browser.client.post("/imports", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def uploaded(browser: Browser, content: bytes) -> str:
    """The address of the report of `content`."""
    answer = upload(browser, content)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def text_of(browser: Browser, url: str, *, htmx: bool = False) -> str:
    answer = browser.get(url, htmx=htmx)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def stored(make: Factory) -> DocumentPage:
    return ask(ListDocuments(tenant_code="220100", kind=DocumentKind.DISBURSEMENT), make.actor(OFFICER))


def test_a_good_workbook_is_checked_then_confirmed_and_waits(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    url = uploaded(browser, book_of([row_of(pilot, 1, "１２００.5"), row_of(pilot, 2, 3000)]))
    page = text_of(browser, url)
    assert "确认导入 2 行" in page
    assert "拨付金额合计 4,200.50" in page
    assert "<code>１２００.5</code> → 读作 <code>1,200.50</code>" in page
    assert stored(make).total == 0
    answer = browser.post(f"{url}/confirm", {"idempotency_key": "k"})
    assert (answer.status_code, answer.location) == (303, url)
    done = text_of(browser, url)
    assert "已导入 2 行，等待他人复核" in done
    assert "/t/220100/disbursements?status=waiting" in done
    assert 'id="confirm"' not in done
    assert {one.document.status.value for one in stored(make).items} == {"waiting"}
    assert browser.post(f"{url}/confirm", {"idempotency_key": "k"}).status_code == 303
    again = browser.post(f"{url}/confirm", {"idempotency_key": "other"})
    assert again.status_code == 409
    assert "已经确认过" in again.get_data(as_text=True)
    assert stored(make).total == 2


def test_a_workbook_with_faults_stores_its_good_rows_after_a_second_look(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    browser = sign_in(OFFICER)
    url = uploaded(browser, book_of([row_of(pilot, 1, 1000), row_of(pilot, 2, "500万"), row_of(pilot, 3, 2000)]))
    page = text_of(browser, url)
    assert "只导入正确的 2 行…" in page
    assert "确认导入" not in page
    assert "500万" in page
    wrong = text_of(browser, f"{url}?show=wrong", htmx=True)
    assert "<html" not in wrong
    assert re.findall(r"第 (\d+) 行</th>", wrong) == ["5"]
    refused = browser.post(f"{url}/confirm")
    assert refused.status_code == 422
    assert "全部没有导入" in refused.get_data(as_text=True)
    assert stored(make).total == 0
    second = text_of(browser, f"{url}/confirm")
    assert "导入正确的 2 行" in second
    assert "3,000.00" in second
    assert "第 5 行" in second
    assert stored(make).total == 0
    assert browser.post(f"{url}/confirm", {"only_good": "1"}).status_code == 303
    done = text_of(browser, url)
    assert "另有 1 行有错，没有导入" in done
    assert "下载错误表" in done
    assert stored(make).total == 2
    assert browser.get(f"{url}/confirm").location == url
    assert browser.get(f"{url}/errors.xlsx").status_code == 200


def test_a_confirm_that_the_ledger_no_longer_bears_says_why(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    url = uploaded(browser, book_of([row_of(pilot, 1, 600_000)]))
    make.waiting(pilot, 500_000_00)
    refused = browser.post(f"{url}/confirm")
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "检查之后台账有了变化" in page
    assert "✕" in page
    assert "<title>错误：" in page
    assert stored(make).total == 1


def test_rows_that_are_there_already_are_told_apart_from_wrong_ones(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    browser = sign_in(OFFICER)
    make.disbursed(pilot, 100, voucher_no="ZF-WEB-9")
    rows = [row_of(pilot, 1, 1000), row_of(pilot, 2, "8万"), row_of(pilot, 3, 1000, "ZF-WEB-1"), row_of(pilot, 9, 10)]
    url = uploaded(browser, book_of(rows))
    page = text_of(browser, url)
    assert "有错 1</a>" in page
    assert "疑似重复 2</a>" in page
    numbers = {show: re.findall(r"第 (\d+) 行</th>", text_of(browser, f"{url}?show={show}")) for show in SHOWN}
    assert numbers == {
        "all": ["4", "5", "6", "7"],
        "wrong": ["5"],
        "double": ["6", "7"],
        "nonsense": ["4", "5", "6", "7"],
    }
    assert text_of(browser, f"{url}/confirm").count("第 ") >= 3


SHOWN = ("all", "wrong", "double", "nonsense")


def test_the_same_file_again_is_warned_of(sign_in: SignIn, pilot: MadePilot) -> None:
    browser, content = sign_in(OFFICER), book_of([row_of(pilot, 1, 1000)])
    browser.post(f"{uploaded(browser, content)}/confirm")
    page = text_of(browser, uploaded(browser, content))
    assert "这个文件已在 2026-11-23 导入过" in page
    assert "只导入正确的" not in page


def test_the_list_holds_one_s_own_imports_newest_first(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    assert "您还没有上传过文件" in text_of(browser, "/imports")
    first = uploaded(browser, book_of([row_of(pilot, 1, 1000)]))
    second = uploaded(browser, book_of([row_of(pilot, 1, "错")]))
    page = text_of(browser, "/imports")
    assert page.index(second) < page.index(first)
    assert "待确认" in page
    assert "须改正" in page
    assert "/templates/disbursements.xlsx" in page
    assert "/templates/awards.xlsx" not in page
    province = text_of(sign_in("province.officer"), "/imports")
    assert "/templates/awards.xlsx" in province
    assert "/templates/disbursements.xlsx" not in province
    assert "<html" not in text_of(browser, "/imports", htmx=True)


def test_somebody_else_s_import_is_as_if_missing(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = uploaded(sign_in(OFFICER), book_of([row_of(pilot, 1, 1000)]))
    for username in ("220200.finance_officer", "province.officer"):
        browser = sign_in(username)
        assert url not in text_of(browser, "/imports")
        for place in (url, f"{url}/confirm", f"{url}/errors.xlsx"):
            assert browser.get(place).status_code == 404
        assert browser.post(f"{url}/confirm").status_code == 404
    assert sign_in("220100.finance_reviewer").get(url).status_code == 403


@pytest.mark.parametrize(
    ("content", "kind", "status", "words"),
    [
        (b"", "disbursements", 422, "这不是 .xlsx 文件"),
        (b"%PDF-1.7", "disbursements", 422, "这不是 .xlsx 文件"),
        (b"PK\x03\x04" + bytes(10 * 1024 * 1024), "disbursements", 413, "超过 10 MB"),
        (b"PK\x03\x04" + bytes(13 * 1024 * 1024), "disbursements", 413, "文件超过 10 MB"),
        (b"%PDF-1.7", "people", 422, "请选择要导入的表"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_its_field(
    sign_in: SignIn, content: bytes, kind: str, status: int, words: str
) -> None:
    answer = upload(sign_in(OFFICER), content, kind)
    assert answer.status_code == status
    page = answer.get_data(as_text=True)
    field = "kind" if kind == "people" else "file"
    assert re.search(rf'id="{field}-error">.*{words}', page)
    assert f'aria-describedby="{"file-hint " if field == "file" else ""}{field}-error"' in page


def test_a_body_too_large_is_refused_to_those_who_import_nothing_as_well(sign_in: SignIn) -> None:
    answer = upload(sign_in("admin"), bytes(13 * 1024 * 1024))
    assert answer.status_code == 413
    assert 'type="file"' not in answer.get_data(as_text=True)


def test_no_file_and_another_book_are_told_beside_the_field(sign_in: SignIn) -> None:
    browser = sign_in(OFFICER)
    missing = browser.post("/imports", {"kind": "disbursements"})
    assert missing.status_code == 422
    assert "请选择要上传的文件" in missing.get_data(as_text=True)
    other = upload(browser, book_of([], Kind.AWARDS))
    assert other.status_code == 422
    assert 'id="file-error"' in other.get_data(as_text=True)
    assert upload(browser, book_of([], Kind.AWARDS), "awards").status_code == 403


def test_an_empty_book_has_nothing_to_confirm(sign_in: SignIn) -> None:
    browser = sign_in(OFFICER)
    url = uploaded(browser, book_of([]))
    page = text_of(browser, url)
    assert "文件里没有数据" in page
    assert 'id="confirm"' not in page
