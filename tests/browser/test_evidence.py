"""A file on its way through a real browser, with and without script: attached, refused, taken back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

import config
from tests.browser.conftest import Browse
from tests.browser.visits import Mode, Visit
from tests.factories import Factory
from tests.files.conftest import OFFICER, blobs
from tests.files.samples import HTML, PDF

pytestmark = pytest.mark.browser

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", [Mode.CDN, Mode.NO_SCRIPT, Mode.NARROW])
def test_a_file_goes_in_by_the_page_and_comes_out_as_it_was(
    app: Flask, browse: Browse, make: Factory, tmp_path: Path, mode: Mode
) -> None:
    large = tmp_path / "大.pdf"
    large.write_bytes(PDF.ljust(25 * MEGABYTE, b"\0"))
    document_id = make.waiting(make.allocated(1000_00), 400_00)
    settings: config.Settings = app.config["SETTINGS"]
    with browse(mode) as visit:
        for status in (413, 415, 409):
            visit.watch.expects(f"status of {status}")
        visit.sign_in(OFFICER)
        visit.open(f"/t/220100/disbursements/{document_id}")
        _attach(visit, "../凭证.pdf", PDF)
        visit.says("附件已上传：凭证.pdf", "支付凭证", "有效 1 个")
        _attach(visit, "合同.pdf", HTML)
        visit.says("改扩展名没有用")
        _attach_from(visit, large)
        visit.says("文件 25 MB，超过 20 MB")
        visit.open(f"/t/220100/disbursements/{document_id}")
        assert _downloaded(visit) == ("凭证.pdf", PDF)
        (blob,) = blobs(Path(settings.files))
        blob.write_bytes(b"swapped")
        link = visit.page.get_by_role("link", name="凭证.pdf", exact=True)
        visit.open(str(link.get_attribute("href")))
        visit.says("不能下载")


def _attach(visit: Visit, name: str, content: bytes) -> None:
    visit.settle()
    visit.page.locator("#file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
    _send(visit)


def _attach_from(visit: Visit, file: Path) -> None:
    visit.settle()
    visit.page.locator("#file").set_input_files(file)
    _send(visit)


def _send(visit: Visit) -> None:
    visit.put(visit.page.locator("#file_label"), "支付凭证")
    visit.activate(visit.page.locator("#attach"))
    expect(visit.page.locator("#files")).to_be_visible()


def _downloaded(visit: Visit) -> tuple[str, bytes]:
    with visit.page.expect_download() as taken:
        visit.page.get_by_role("link", name="凭证.pdf", exact=True).click()
    return taken.value.suggested_filename, Path(taken.value.path()).read_bytes()
