"""What happened, as a sentence in the reader's language: one for every kind of fact in the product."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from flask_babel import gettext as _

from ledger.audit.queries_record_entries import Event
from ledger.audit.schemas_sentences_values import list_of, listed, place_name, told_value
from ledger.domain.access import ROLE_NAMES, Role
from ledger.domain.changes import DISPOSITION_NAMES, HOLD_NAMES, TYPE_NAMES
from ledger.domain.documents import KIND_NAMES
from ledger.domain.money import Money, yuan
from ledger.funds.schemas_shown import event_words

SENTENCE_LABELS: Final[dict[str, str]] = {
    "fund_line_set": "设定 %(subject)s 年度专项资金总额",
    "policy_published": "发布第 %(subject)s 版政策参数",
    "change_report_drafted": "起草变更报备 %(number)s：%(type)s",
    "change_report_amended": "修改变更报备 %(number)s：%(type)s",
    "change_report_sent": "送审变更报备 %(number)s：%(type)s",
    "change_report_passed": "审核通过变更报备 %(number)s：%(type)s",
    "change_report_returned": "退回变更报备 %(number)s：%(type)s",
    "change_report_withdrawn": "撤回变更报备 %(number)s：%(type)s",
    "change_report_checked": "核对收款账户，通过变更报备 %(number)s",
    "change_report_proposed": "提出对变更报备 %(number)s 的处置：%(disposition)s",
    "change_report_sent_back": "退回对变更报备 %(number)s 的处置",
    "change_report_settled": "办结变更报备 %(number)s：%(disposition)s",
    "baseline_changed": "更新%(subject_kind)s基线至第 %(version)s 版，依据变更报备 %(report)s",
    "hold_placed": "暂停支付：%(hold)s，依据变更报备 %(report)s",
    "hold_release_proposed": "申请解除暂停支付：%(hold)s，原依据变更报备 %(report)s",
    "hold_release_sent_back": "不同意解除暂停支付：%(hold)s，原依据变更报备 %(report)s",
    "hold_released": "解除暂停支付：%(hold)s，原依据变更报备 %(report)s",
    "recovery_demanded": "启动收回，依据变更报备 %(report)s",
    "file_attached": "附上文件：%(file)s",
    "file_retired": "停用文件：%(file)s",
    "import_checked": "检查导入文件 %(file_name)s：共 %(rows)s 行，可导入 %(accepted)s 行",
    "import_recorded": "导入 %(file_name)s：共 %(rows)s 行，存入 %(stored)s 行",
    "person_registered": "登记人员：%(name)s",
    "person_deactivated": "停用账号：%(person)s",
    "password_set": "设定密码：%(person)s",  # nosec B105
    "office_registered": "登记单位：%(name)s",
    "office_deactivated": "停用单位：%(office)s",
    "office_reactivated": "恢复使用单位：%(office)s",
    "roles_proposed": "提出角色变更：%(person)s",
    "roles_changed": "确认角色变更：%(person)s",
    "roles_refused": "退回角色变更：%(person)s",
    "roles_withdrawn": "撤回角色变更：%(person)s",
    "token_issued": "签发接口令牌：%(person)s，有效期至 %(expires_on)s",  # nosec B105
    "token_revoked": "撤销接口令牌：%(person)s",  # nosec B105
    "tokens_revoked": "撤销全部接口令牌：%(person)s，共 %(tokens)s 个",
    "erasure_asked": "申请删除个人信息",
    "erasure_refused": "不同意删除个人信息",
    "erasure_withdrawn": "撤回删除个人信息的申请",
    "personal_value_erased": "删除个人信息，记录中只留承诺值",
    "signed_in": "登录，地址 %(address)s",
    "sign_in_failed": "登录失败：%(person)s，第 %(failures)s 次，地址 %(address)s",
    "sign_in_locked": "连续失败后锁定登录：%(person)s，地址 %(address)s",
    "signed_out": "退出登录",
    "journal_read": "读取记录：%(stream)s，%(entries)s 条",
    "journal_verified": "核验记录：%(entries)s 条，%(verdict)s",
    "journal_exported": "导出记录：%(entries)s 条",
    "record_read": "查阅变更台账：%(stream)s，%(entries)s 条",
    "record_exported": "导出变更台账：%(stream)s，%(entries)s 条",
    "proof_made": "取得记录 #%(seq)s 的证明",
    "job_asked": "提交全链核验",
    "stream_opened": "开始记录：%(stream)s",
    "gap_recorded": "登记恢复备份后的记录缺口",
    "attempt_refused": "%(act)s没有成功：%(refusal)s",
}
"""Every kind of fact that is not about a document on money; those are said by their kind and what was done."""

COMMAND_LABELS: Final[dict[str, str]] = {
    "SetFundLine": "设定年度总额",
    "DraftDocument": "起草单据",
    "ReleaseHold": "申请解除暂停支付",
    "ConfirmRelease": "复核解除暂停支付",
    "RecordAward": "登记资金核定",
    "RecordAllocation": "登记指标下达",
    "RecordNotice": "登记指标下达",
    "RecordDisbursement": "登记拨付",
    "AmendDisbursement": "修改拨付",
    "AmendDocument": "修改单据",
    "RecordExpenditure": "登记支出",
    "RecordAcceptance": "登记验收",
    "RecordRecovery": "登记收回",
    "ApproveDocument": "复核通过单据",
    "ReturnDocument": "退回单据",
    "WithdrawDocument": "撤回单据",
    "ReverseDocument": "冲销单据",
    "ConfirmImport": "确认导入",
    "ImportBook": "导入工作簿",
    "DisposeReport": "处置变更报备",
    "ConfirmDisposition": "复核变更处置",
}
"""What a command that was refused had been meant to do."""
_ANY_COMMAND_LABELS: Final = {"": "一次操作"}
_VERDICT_LABELS: Final = {True: "一致", False: "发现不一致"}


def sentence(event: Event) -> str:
    """What was done, without who and when: `登记拨付`, `登记单位：长春市财政局`."""
    if event.kind in SENTENCE_LABELS:
        return str(_(SENTENCE_LABELS[event.kind])) % _Places(event)
    return event_words(event.kind)


def is_told(kind: str) -> bool:
    """Whether a kind has a sentence of its own."""
    return kind in SENTENCE_LABELS or kind.rpartition("_")[0] in KIND_NAMES or event_words(kind) != kind


class _Places(defaultdict[str, str]):
    """What a sentence leaves open, found when it is asked for; `—` where the fact does not say it."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event

    def __missing__(self, name: str) -> str:
        find = _FINDERS.get(name)
        found = find(self._event) if find else told_value(self._event, self._event.after.get(name))
        return found or "—"


def _person(event: Event) -> str | None:
    named = event.after.get("person")
    known = event.people.get(str(named)) if named else None
    if known is None and event.subject_type in ("person", "sign_in"):
        known = event.people.get(event.subject_id)
    return known or (str(_("未知用户")) if event.subject_type == "sign_in" else None)


def _stream(event: Event) -> str:
    code = str(event.after.get("record", event.subject_id))
    return str(_("全部地区")) if code == "every" else place_name(code)


def _refusal(event: Event) -> str:
    """Why an act was refused, in the words and with the amounts of then."""
    template = str(event.after.get("words", ""))
    numbers = event.after.get("numbers")
    known = {name: yuan(Money(int(fen))) for name, fen in numbers.items()} if isinstance(numbers, dict) else {}
    try:
        return str(_(template)).format_map(defaultdict(lambda: "…", known)) if template else ""
    except (ValueError, IndexError, AttributeError):
        return template


def _command(event: Event) -> str:
    return str(_(COMMAND_LABELS.get(event.subject_type, _ANY_COMMAND_LABELS[""])))


def _type(event: Event) -> str:
    code = str(event.after.get("type", ""))
    return f"{code} {_(TYPE_NAMES[code])}" if code in TYPE_NAMES else code  # type: ignore[index]  # a StrEnum's own text


def _disposition(event: Event) -> str:
    code = event.after.get("disposition")
    return str(_(DISPOSITION_NAMES[code])) if code in DISPOSITION_NAMES else ""


def _hold(event: Event) -> str:
    code = event.after.get("kind") or event.before.get("kind")
    return str(_(HOLD_NAMES[code])) if code in HOLD_NAMES else ""


def _report(event: Event) -> str:
    said = [event.after.get(name) or event.before.get(name) for name in ("report", "report_number", "number")]
    return next((str(one) for one in said if one), "")


def _subject_kind(event: Event) -> str:
    return str(_("项目")) if event.subject_type == "project" else str(_("试点单位"))


_FINDERS: Final[dict[str, Any]] = {
    "act": _command,
    "disposition": _disposition,
    "hold": _hold,
    "office": lambda event: event.people.get(event.subject_id),
    "person": _person,
    "refusal": _refusal,
    "report": _report,
    "stream": _stream,
    "subject": lambda event: event.subject_id,
    "subject_kind": _subject_kind,
    "type": _type,
    "verdict": lambda event: str(_(_VERDICT_LABELS[bool(event.after.get("sound"))])),
}


def role_names(roles: Any) -> str:
    """Roles of a fact by their names."""
    held = {str(one) for one in list_of(roles)}
    return listed([str(_(ROLE_NAMES[role])) for role in Role if role.value in held])
