"""A document as the form that offices file: what is said on paper, in Chinese."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from ledger import clock
from ledger.domain.documents import DocumentKind
from ledger.funds.queries import ShownDocument
from ledger.funds.schemas_shown import facts_of, status_name
from ledger.http.locale import speaking


def paper_of(shown: ShownDocument) -> dict[str, Any]:
    """The title, facts and state of a document's printed form, in Chinese however the page is read."""
    with speaking("zh"):
        titles = {
            DocumentKind.AWARD: _("资金核定单"),
            DocumentKind.ALLOCATION: _("指标下达单"),
            DocumentKind.DISBURSEMENT: _("拨付审批单"),
            DocumentKind.EXPENDITURE: _("支出登记单"),
            DocumentKind.ACCEPTANCE: _("验收金额认定单"),
            DocumentKind.RECOVERY: _("资金收回单"),
            DocumentKind.REDUCTION: _("核定调减单"),
            DocumentKind.REVERSAL: _("红字冲销单"),
        }
        return {
            "title": f"{_('服务业发展专项资金')}{titles[shown.document.kind]}",
            "facts": facts_of(shown),
            "status": status_name(shown.document.status.value),
            "printed_at": clock.now(),
        }
