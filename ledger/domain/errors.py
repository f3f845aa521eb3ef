"""Every refusal: its stable code, its article, its numbers and its words.

The faces match on `code`; only `http/errors.py` knows status codes. The text of a
refusal is Chinese first; a face translates it by its template and the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.domain.money import Money, yuan

Value = Money | str | int


class LedgerError(Exception):
    """A refusal with a stable `code`, the `field` it speaks of, and the numbers behind it.

    `template` holds `{name}` places filled from `values`; money is written in yuan.
    """

    code: ClassVar[str] = "invalid"
    article: ClassVar[str | None] = None
    field: str | None = None

    def __init__(self, template: str, *, field: str | None = None, **values: Value) -> None:
        self.template = template
        self.values = values
        self.field = field or type(self).field
        super().__init__(template)

    @property
    def numbers(self) -> Mapping[str, Money]:
        """The amounts of the refusal: `limit`, `used`, `requested`, `available` where they apply."""
        return {name: value for name, value in self.values.items() if isinstance(value, Money)}

    def words(self, template: str | None = None) -> str:
        """The refusal as text; `template` replaces the Chinese one in another language."""
        shown = {k: yuan(v) if isinstance(v, Money) else v for k, v in self.values.items()}
        return (template or self.template).format(**shown)

    def __str__(self) -> str:
        return self.words()


class RuleBroken(LedgerError):
    """A rule of the Measures, or of the ledger, refuses an act that was well formed."""


class BadValue(LedgerError):
    """A value that was sent is missing or malformed; `field` names it."""


class Required(BadValue):
    code = "required"


class AmountFormat(BadValue):
    code = "amount_format"


class AmountSign(BadValue):
    code = "amount_sign"


class AmountScale(BadValue):
    code = "amount_scale"


class AmountZero(BadValue):
    code = "amount_zero"


class DateUnreadable(BadValue):
    code = "date"


class FutureDate(RuleBroken):
    code = "future"


class UsccCheck(BadValue):
    code = "uscc_check"
    field = "uscc"


class Invalid(BadValue):
    code = "invalid"


class NotFound(LedgerError):
    """Unknown, or another tenant's: both answer alike."""

    code = "not_found"

    def __init__(
        self,
        template: str = "没有找到，或您无权查看。请从列表进入，或联系本单位管理员。",
        field: str | None = None,
        **kw: str,
    ) -> None:
        super().__init__(template, field=field, **kw)


class ProjectMismatch(RuleBroken):
    code = "project"
    article = "第八条"
    field = "project_code"


class DocumentUnknown(RuleBroken):
    code = "document_unknown"
    field = "document_no"


class BeforeAllocation(RuleBroken):
    code = "before_allocation"


class PayeeMismatch(RuleBroken):
    code = "payee"
    field = "payee_name"


class VoucherDuplicate(RuleBroken):
    code = "voucher_duplicate"
    field = "voucher_no"


class NotDesignated(RuleBroken):
    code = "not_designated"
    article = "第八条"
    field = "pilot_id"


class CapExceeded(RuleBroken):
    code = "cap_exceeded"
    article = "第八条"
    field = "amount"


class AlreadyAwarded(RuleBroken):
    code = "already_awarded"
    article = "第八条"
    field = "pilot_id"


class Banned(RuleBroken):
    code = "banned"
    article = "第十二条"


class Frozen(RuleBroken):
    code = "frozen"
    article = "第十二条"


class HeldByReport(Frozen):
    """A change report holds the project's money."""

    article = "第十条"
    field = "project_code"


class ExceedsFundLine(RuleBroken):
    code = "exceeds_fund_line"
    article = "第八条"
    field = "amount"


class ExceedsAwarded(RuleBroken):
    code = "exceeds_awarded"
    field = "amount"


class ExceedsAllocated(RuleBroken):
    code = "exceeds_allocated"
    field = "amount"


class ExceedsDisbursed(RuleBroken):
    code = "exceeds_disbursed"
    field = "amount"


class ExceedsSpent(RuleBroken):
    code = "exceeds_spent"
    field = "amount"


class MakerIsChecker(RuleBroken):
    code = "maker_is_checker"


class NotPermitted(LedgerError):
    code = "not_permitted"


class SignedOut(LedgerError):
    code = "signed_out"


CHANGED = "这张单据刚被他人处理。请刷新后查看最新状态。"
"""What a conflict says where nothing more is known of it."""


class Conflict(LedgerError):
    """Someone else changed it first; `changed` says what, field by field (before, now)."""

    code = "conflict"

    def __init__(
        self,
        template: str = CHANGED,
        *,
        field: str | None = None,
        changed: Mapping[str, tuple[str, str]] | None = None,
        **values: Value,
    ) -> None:
        super().__init__(template, field=field, **values)
        self.changed = dict(changed or {})


class IdempotencyMismatch(LedgerError):
    code = "idempotency_mismatch"


class TooLarge(LedgerError):
    code = "too_large"
    field = "file"


class WrongType(BadValue):
    """A file of a kind that is not kept."""

    code = "wrong_type"
    field = "file"


class FileAltered(LedgerError):
    """The bytes in the store are not those that were recorded, or are gone."""

    code = "file_altered"
    field = "file"


class Unavailable(LedgerError):
    """Something outside that an act needs does not answer; trying again may help."""

    code = "unavailable"


class ReadOnly(LedgerError):
    """A stream does not hold a checkpoint that is kept outside: an older backup was restored. Nothing is written."""

    code = "read_only"


class TooMany(LedgerError):
    code = "too_many"
