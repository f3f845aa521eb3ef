"""The 文件 tab of a pilot's page."""

from __future__ import annotations

import io
from collections.abc import Callable

from ledger.dispatch import execute
from ledger.files.commands import AttachFile, receive
from tests.conftest import Browser
from tests.factories import Factory
from tests.files.samples import pdf


def test_a_pilots_page_lists_the_files_of_its_documents(make: Factory, sign_in: Callable[[str], Browser]) -> None:
    pilot = make.allocated(1000)
    document_id = make.waiting(pilot, 400)
    officer = make.actor("220100.finance_officer")
    file = receive(io.BytesIO(pdf("x")), "支付凭证.pdf")
    attached = AttachFile(
        tenant_code="220100", subject_type="disbursement", subject_id=document_id, file=file, label="银行回单"
    )
    attachment_id = execute(attached, officer).facts[0].after["attachment"]
    page = sign_in("220100.finance_reviewer").get(f"/t/220100/pilots/{pilot.id}?tab=files").text
    assert f"/t/220100/files/{attachment_id}" in page
    assert f"/t/220100/documents/{document_id}" in page
    assert "银行回单" in page
    other = make.allocated(1000)
    assert "银行回单" not in sign_in("220100.finance_reviewer").get(f"/t/220100/pilots/{other.id}?tab=files").text
