"""The pages of evidence files: what is attached, an upload that was refused, a file that no longer counts."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.acts import Act
from tests.browser.places import OFFICER, Places
from tests.browser.sights import Sight
from tests.files.samples import HTML

_FILES: Final = "/t/220100/files"


def chosen(name: str, content: bytes, until: str) -> Act:
    """A file chosen and sent."""

    def act(page: Page, _places: Places) -> None:
        page.locator("#file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
        page.locator("#attach").click()
        expect(page.locator(until).first).to_be_visible()

    return act


SIGHTS: Final[tuple[Sight, ...]] = (
    Sight(
        "files",
        OFFICER,
        f"{_FILES}/disbursement/{{posted}}",
        "附件",
        "附件. The evidence beside a document: who attached it, when, and the hash that the record has of it.\n"
        "Files are downloads alone; one that was attached in error is retired with its reason and stays readable.",
    ),
    Sight("files-none", OFFICER, f"{_FILES}/disbursement/{{draft}}", "附件"),
    Sight(
        "files-refused",
        OFFICER,
        f"{_FILES}/disbursement/{{posted}}",
        "附件",
        "A file is what its bytes say: a web page that is called .pdf is refused, and told why beside the field.\n"
        "So are archives, macros, passwords, and what is larger than 20 MB.",
        act=chosen("合同.pdf", HTML, "#errors"),
    ),
    Sight(
        "files-nothing-chosen",
        OFFICER,
        f"{_FILES}/disbursement/{{posted}}",
        "附件",
        act=acts.pressed("#attach", "#errors"),
    ),
    Sight(
        "pilot-files",
        OFFICER,
        "/t/220100/pilots/{pilot}?tab=files",
        "",
        "文件. What stands beside a pilot's documents and reports, and what is attached to the pilot itself.\n"
        "Each is a download whose hash is in the journal.",
    ),
    Sight("document-with-files", OFFICER, "/t/220100/disbursements/{posted}", "拨付"),
    Sight(
        "file-retire",
        OFFICER,
        f"{_FILES}/{{file}}/retire",
        "停用附件",
        "停用附件. A file that was attached in error is not deleted: it is marked, and says why.\n"
        "Only the office that attached it may do so.",
    ),
)
