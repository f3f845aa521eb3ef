"""Evidence through the pages: sent by a plain form, refused in words, given back as a download alone."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from ledger import dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.domain.access import SYSTEM
from ledger.domain.changes import ChangeType, Disposition
from tests.changes.reporting import Reports
from tests.conftest import Browser
from tests.factories import Factory
from tests.files.conftest import OFFICER, blobs, place_of, send
from tests.files.samples import HTML, PDF, office, pdf, png

SignIn = Callable[[str], Browser]
MEGABYTE = 1024 * 1024


def attached(browser: Browser, document_id: int, content: bytes = PDF, name: str = "凭证.pdf", label: str = "") -> str:
    """Attach a file; the address of its download."""
    answer = send(browser, place_of(document_id), content, name, file_label=label)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = browser.get(place_of(document_id)).get_data(as_text=True)
    return str(re.findall(r'href="(/t/220100/files/\d+)" download', page)[-1])


@pytest.mark.rule("RX.3")
def test_a_file_is_attached_and_given_back_as_it_was(sign_in: SignIn, document_id: int, folder: Path) -> None:
    browser = sign_in(OFFICER)
    answer = send(browser, place_of(document_id), PDF, "支付凭证.pdf", file_label="银行回单")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/t/220100/documents/{document_id}")
    page = browser.get(f"/t/220100/disbursements/{document_id}").get_data(as_text=True)
    digest = hashlib.sha256(PDF).hexdigest()
    assert all(words in page for words in ("支付凭证.pdf", "银行回单", digest, "上传附件", "附件已上传"))
    assert [path.relative_to(folder).as_posix() for path in blobs(folder)] == [f"220100/{digest[:2]}/{digest}"]
    assert folder.stat().st_mode & 0o077 == 0
    url = re.search(r'href="(/t/220100/files/\d+)" download', page)
    assert url
    got = browser.get(url[1])
    assert got.get_data() == PDF
    headers = got.headers
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''%E6%94%AF%E4%BB%98%E5%87%AD%E8%AF%81.pdf" in headers["Content-Disposition"]
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == str(len(PDF))
    assert headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"


@pytest.mark.rule("RX.3")
@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (HTML, "合同.pdf", 415, "改扩展名没有用"),
        (PDF.ljust(25 * MEGABYTE, b"\0"), "大.pdf", 413, "文件 25 MB，超过 20 MB"),
        (b"", "空.pdf", 422, "空的"),
        (PDF, "a\u202e.pdf", 422, "控制字符（U\\+202E）"),
        (PDF, "图.png", 415, "内容却是PDF"),
        (office("a.txt"), "文件.zip", 415, "解压后逐个上传"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "表.xlsx", 415, "宏"),
    ],
)
def test_what_is_not_kept_is_told_beside_the_field(
    sign_in: SignIn, document_id: int, folder: Path, content: bytes, name: str, status: int, words: str
) -> None:
    browser = sign_in(OFFICER)
    answer = send(browser, place_of(document_id), content, name, file_label="说明")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert re.search(rf'id="file-error">.*{words}', page)
    assert 'aria-describedby="file-hint file-error"' in page
    assert "<title>错误：附件" in page
    assert blobs(folder) == []
    assert "还没有附件" in browser.get(place_of(document_id)).get_data(as_text=True)


def test_a_body_that_is_not_even_read_is_told_both_numbers(sign_in: SignIn, document_id: int) -> None:
    browser, body = sign_in(OFFICER), io.BytesIO(bytes(41 * MEGABYTE))
    answer = browser.client.post(
        place_of(document_id),
        input_stream=body,
        content_type="multipart/form-data; boundary=x",
        content_length=41 * MEGABYTE,
    )
    assert (answer.status_code, body.tell()) == (413, 41 * MEGABYTE)
    assert re.search(r'id="file-error">.*文件 41 MB，超过 20 MB', answer.get_data(as_text=True))


def test_a_form_without_a_file_says_so_and_keeps_what_was_typed(sign_in: SignIn, document_id: int) -> None:
    answer = sign_in(OFFICER).post(place_of(document_id), {"file_label": "银行回单"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "请选择要上传的文件" in page) == (422, True)
    assert 'value="银行回单"' in page


@pytest.mark.parametrize(
    ("given", "kept"), [("..\\..\\windows\\凭证.pdf", "凭证.pdf"), ("/etc/凭证.pdf", "凭证.pdf"), ("扫描", "扫描.pdf")]
)
def test_a_path_in_the_name_is_left_out(sign_in: SignIn, document_id: int, given: str, kept: str) -> None:
    browser = sign_in(OFFICER)
    url = attached(browser, document_id, PDF, given)
    assert quote(kept) in browser.get(url).headers["Content-Disposition"]


def test_the_same_bytes_twice_are_one_blob(sign_in: SignIn, document_id: int, folder: Path) -> None:
    browser = sign_in(OFFICER)
    first, second = attached(browser, document_id), attached(browser, document_id, name="再传.pdf")
    assert first != second
    assert len(blobs(folder)) == 1
    assert browser.get(first).get_data() == browser.get(second).get_data() == PDF


def test_a_form_sent_twice_attaches_once(sign_in: SignIn, document_id: int) -> None:
    browser = sign_in(OFFICER)
    for _time in range(2):
        answer = send(browser, place_of(document_id), PDF, file_label="", idempotency_key="once")
        assert answer.status_code == 303
    assert browser.get(place_of(document_id)).get_data(as_text=True).count("download>") == 1


@pytest.mark.rule("RX.4")
def test_another_tenants_file_is_as_if_missing(sign_in: SignIn, document_id: int) -> None:
    url = attached(sign_in(OFFICER), document_id)
    stranger = sign_in("220200.finance_officer")
    other = url.replace("220100", "220200")
    missing = f"/t/220100/files/{document_id}"
    for place in (url, other, missing, f"{url}/retire", f"{other}/retire", place_of(document_id)):
        assert stranger.get(place).status_code == 404, place
    mine = place_of(document_id, tenant_code="220200")
    for place in (place_of(document_id), mine, f"{url}/retire", f"{other}/retire"):
        assert send(stranger, place, PDF).status_code == 404, place
    answers = [stranger.get(place).get_data(as_text=True).partition("<main")[2] for place in (url, missing)]
    assert answers[0] == answers[1]
    assert sign_in("province.auditor").get(url).get_data() == PDF


def test_a_file_for_nothing_that_is_there_is_refused(sign_in: SignIn, document_id: int, folder: Path) -> None:
    browser = sign_in(OFFICER)
    for place in (place_of(document_id + 1), place_of(document_id, "award"), "/t/220100/files/person/1"):
        assert send(browser, place, PDF).status_code == 404, place
    assert blobs(folder) == []


def test_who_only_reads_attaches_nothing(sign_in: SignIn, document_id: int) -> None:
    url = attached(sign_in(OFFICER), document_id)
    auditor = sign_in("province.auditor")
    assert send(auditor, place_of(document_id), PDF).status_code == 403
    assert auditor.get(f"{url}/retire").status_code == 403
    page = auditor.get(place_of(document_id)).get_data(as_text=True)
    assert 'type="file"' not in page
    assert "/retire" not in page


def test_a_file_is_retired_with_a_reason_and_stays_readable(sign_in: SignIn, document_id: int) -> None:
    browser = sign_in(OFFICER)
    url = attached(browser, document_id)
    assert "停用原因" in browser.get(f"{url}/retire").get_data(as_text=True)
    blank = browser.post(f"{url}/retire", {"reason": " "})
    assert blank.status_code == 422
    done = browser.post(f"{url}/retire", {"reason": "附错了文件"})
    assert (done.status_code, done.headers["Location"]) == (303, f"/t/220100/documents/{document_id}")
    page = browser.get(f"/t/220100/disbursements/{document_id}").get_data(as_text=True)
    assert "已停用" in page
    assert "附错了文件" in page
    assert "停用附件" in page
    assert browser.get(url).get_data() == PDF
    assert browser.post(f"{url}/retire", {"reason": "再停一次"}).status_code == 409
    assert browser.get(f"{url}/retire").status_code == 409


def test_only_the_office_that_attached_a_file_retires_it(sign_in: SignIn, document_id: int) -> None:
    url = attached(sign_in(OFFICER), document_id)
    for username in ("220100.drc_officer", "province.officer"):
        other = sign_in(username)
        assert f"{url}/retire" not in other.get(place_of(document_id)).get_data(as_text=True)
        refused = other.post(f"{url}/retire", {"reason": "不要了"})
        assert (refused.status_code, "财政局" in refused.get_data(as_text=True)) == (403, True)


@pytest.mark.rule("RX.3")
def test_a_file_that_was_swapped_in_the_store_is_not_served(
    sign_in: SignIn, document_id: int, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    browser = sign_in(OFFICER)
    url = attached(browser, document_id)
    (blob,) = blobs(folder)
    blob.write_bytes(pdf("another"))
    swapped = browser.get(url)
    page = swapped.get_data(as_text=True)
    assert swapped.status_code == 409
    assert hashlib.sha256(PDF).hexdigest() in page
    assert hashlib.sha256(pdf("another")).hexdigest() in page
    assert "不能下载" in page
    assert "attachment" in caplog.text
    blob.unlink()
    gone = browser.get(url)
    assert (gone.status_code, "找不到" in gone.get_data(as_text=True)) == (409, True)


def test_sending_the_same_bytes_again_mends_the_store(sign_in: SignIn, document_id: int, folder: Path) -> None:
    browser = sign_in(OFFICER)
    url = attached(browser, document_id)
    (blob,) = blobs(folder)
    blob.write_bytes(b"swapped")
    attached(browser, document_id)
    assert browser.get(url).get_data() == PDF


def test_a_store_that_does_not_answer_keeps_nothing(sign_in: SignIn, document_id: int, folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("no folder")
    answer = send(sign_in(OFFICER), place_of(document_id), PDF)
    assert (answer.status_code, "没有应答" in answer.get_data(as_text=True)) == (503, True)
    assert "还没有附件" in sign_in(OFFICER).get(place_of(document_id)).get_data(as_text=True)


def test_other_forms_are_as_small_as_before(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(OFFICER)
    answer = browser.post("/t/220100/disbursements/new", {"note": "x" * (13 * MEGABYTE)})
    assert answer.status_code == 413


def test_pictures_and_office_files_are_kept_too(sign_in: SignIn, document_id: int, folder: Path) -> None:
    browser = sign_in(OFFICER)
    attached(browser, document_id, png(), "照片.png")
    attached(browser, document_id, office("word/document.xml"), "说明.docx")
    assert len(blobs(folder)) == 2


def test_a_pilot_takes_files_too(sign_in: SignIn, make: Factory) -> None:
    pilot = make.pilot()
    place = place_of(pilot.id, "pilot")
    answer = send(sign_in("220100.drc_officer"), place, PDF, file_label="申报书")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/t/220100/pilots/{pilot.id}")
    assert "申报书" in sign_in(OFFICER).get(place).get_data(as_text=True)


@pytest.mark.rule("R10.2")
def test_a_change_report_takes_its_evidence_and_goes_on(sign_in: SignIn, make: Factory) -> None:
    reports = Reports(make)
    report_id = reports.draft(reports.pilot(), ChangeType.C06)
    browser = sign_in("220100.drc_officer")
    answer = send(browser, place_of(report_id, "change_report"), PDF, "延期说明.pdf", file_label="原因说明")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/t/220100/changes/{report_id}")
    page = browser.get(f"/t/220100/changes/{report_id}").get_data(as_text=True)
    assert all(words in page for words in ("延期说明.pdf", "原因说明", hashlib.sha256(PDF).hexdigest()))
    reports.send(report_id)
    reports.pass_on(report_id)
    reports.settle(report_id, Disposition.AGREE)
    assert reports.status(report_id) == "settled"
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()
