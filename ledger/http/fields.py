"""Fields of forms and of JSON: one class each, reading as typed or in the plain form of the API.

What a field refuses is a `Fault`: a text that carries the ledger's code, so that
`ValidationError.messages` stays marshmallow's own structure (name to a list of texts,
nested for lists) and each text still knows its `code`, `article` and numbers.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from marshmallow import RAISE, Schema, ValidationError, fields, missing

from ledger.domain import amounts, dates, identifiers, money
from ledger.domain.amounts import BLANKS
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money
from ledger.http.locale import say

T = TypeVar("T")

_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_LARGEST_ID = 2**63 - 1
LONGEST_SECRET = 200


class Fault(str):
    """What is wrong with one field, in words. `malformed` means the wrong type or name: 400, not 422."""

    __slots__ = ("article", "code", "malformed", "numbers")

    code: str
    article: str | None
    malformed: bool
    numbers: Mapping[str, Money]

    def __new__(cls, words: str, code: str = "invalid", *, malformed: bool = False) -> Fault:
        made = super().__new__(cls, words)
        made.code, made.article, made.malformed, made.numbers = code, None, malformed, {}
        return made

    @classmethod
    def of(cls, error: LedgerError, *, malformed: bool = False) -> Fault:
        """The fault that says what `error` says, in the reader's language."""
        made = cls(say(error), error.code, malformed=malformed)
        made.article, made.numbers = error.article, error.numbers
        return made


class FormSchema(Schema):
    """The parent of schemas: a name that it does not know is refused."""

    class Meta:
        unknown = RAISE


class _LedgerField(fields.Field[T], ABC):
    """A field whose refusals carry the ledger's codes.

    `typed` reads what people write and normalises it; without it the API's plain form alone passes.
    A blank value of a typed field that is not required is `load_default`, or None.
    """

    def __init__(self, *, typed: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.typed = typed

    def make_error(self, key: str, **values: Any) -> ValidationError:
        if key in ("required", "null"):
            return ValidationError([self.blank()])
        return super().make_error(key, **values)

    def blank(self) -> Fault:
        """What is said where a required value is missing."""
        return Fault(_("请填写此项。"), "required")

    def _deserialize(self, value: Any, *_place: Any, **_kw: Any) -> Any:
        if self.typed and not self.required and isinstance(value, str) and not value.strip(BLANKS):
            return self._when_blank()
        if not isinstance(value, str):
            raise ValidationError([self.wrong_type()])
        return self.read(value)

    def _when_blank(self) -> Any:
        default = self.load_default() if callable(self.load_default) else self.load_default
        return None if default is missing else default

    def wrong_type(self) -> Fault:
        """What is said of a JSON value that is no text."""
        return Fault(_("请用文本填写此项。"), malformed=True)

    @abstractmethod
    def read(self, text: str) -> T:
        """The value of `text`; raises the ledger's own errors through `refusing`."""


def refusing(read: Callable[[], T]) -> T:
    """What `read` gives; its refusal becomes the field's ValidationError."""
    try:
        return read()
    except LedgerError as error:
        raise ValidationError([Fault.of(error)]) from error


class MoneyField(_LedgerField[Money]):
    """An amount in yuan; a JSON number is refused, whatever it says."""

    def blank(self) -> Fault:
        return Fault(_("请填写金额，例如 1,250,000.00。"), "required")

    def wrong_type(self) -> Fault:
        return Fault(_("金额请用文本填写数字，单位是元，例如 1250000.00。"), "amount_format", malformed=True)

    def read(self, text: str) -> Money:
        return refusing(lambda: (amounts.parse_typed if self.typed else amounts.parse_plain)(text))

    def _serialize(self, value: Money | None, *_place: Any, **_kw: Any) -> str | None:
        return None if value is None else money.plain(value)


class DayField(_LedgerField[date]):
    """A business date (Asia/Shanghai): ISO, or as people write dates where `typed`."""

    def blank(self) -> Fault:
        return Fault(_("请填写日期，例如 2026-03-05。"), "required")

    def wrong_type(self) -> Fault:
        return Fault(_("请按 年-月-日 填写日期，例如 2026-03-05。"), "date", malformed=True)

    def read(self, text: str) -> date:
        return refusing(lambda: (dates.parse_typed_date if self.typed else dates.parse_plain_date)(text, ""))

    def _serialize(self, value: date | None, *_place: Any, **_kw: Any) -> str | None:
        return None if value is None else value.isoformat()


class TextField(_LedgerField[str]):
    """Text of at most `limit` characters in NFC; control and hidden characters are refused."""

    def __init__(self, limit: int, *, lines: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.limit, self.lines = limit, lines

    def read(self, text: str) -> str:
        return refusing(lambda: identifiers.clean_text(text, "", self.limit, required=self.required, lines=self.lines))


class DocumentNoField(TextField):
    """A document number (文号) with 〔〕 around its year."""

    def __init__(self, limit: int = 80, **options: Any) -> None:
        super().__init__(limit, **options)

    def blank(self) -> Fault:
        return Fault(_("请填写文号，例如 吉财建指〔2026〕118号。"), "required")

    def read(self, text: str) -> str:
        return identifiers.normalise_document_no(super().read(text))


class ProjectCodeField(_LedgerField[str]):
    """A project code in its public form."""

    def read(self, text: str) -> str:
        code = text.strip(BLANKS)
        refusing(lambda: identifiers.check_project_code(code))
        return code


class USCCField(_LedgerField[str]):
    """A unified social credit code; typed ones are normalised first."""

    def blank(self) -> Fault:
        return Fault(_("请填写统一社会信用代码（18 位）。"), "required")

    def read(self, text: str) -> str:
        code = identifiers.normalise_uscc(text) if self.typed else text
        refusing(lambda: identifiers.check_uscc(code))
        return code


class IdField(_LedgerField[int]):
    """A row's id: decimal digits in a text, since 63 bits do not fit a JSON number."""

    def blank(self) -> Fault:
        return Fault(_("请选择一项。"), "required")

    def read(self, text: str) -> int:
        if not text.strip(BLANKS):
            raise ValidationError([self.blank()])
        if _ID.fullmatch(text) is None or int(text) > _LARGEST_ID:
            # No such row can be: the same answer as for another tenant's.
            raise ValidationError([Fault(_("没有找到这一项。请从列表中选择。"), "not_found")])
        return int(text)

    def _serialize(self, value: int | None, *_place: Any, **_kw: Any) -> str | None:
        return None if value is None else str(value)


class WholeField(_LedgerField[int]):
    """A whole number between two bounds: a year, a version; a text in forms, a JSON integer in the API."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_place: Any, **_kw: Any) -> Any:
        if not self.typed and type(value) is int:
            return self._within(value)
        return super()._deserialize(value if self.typed else None)

    def wrong_type(self) -> Fault:
        return Fault(_("请填写整数。"), malformed=True)

    def read(self, text: str) -> int:
        folded = text.strip(BLANKS)
        if not folded:
            raise ValidationError([self.blank()])
        if not (folded.isascii() and folded.isdigit() and len(folded) <= 18):
            raise ValidationError([Fault(_("请填写整数。"))])
        return self._within(int(folded))

    def _within(self, number: int) -> int:
        if not self.least <= number <= self.most:
            words = _("请填写 %(least)s 到 %(most)s 之间的整数。", least=self.least, most=self.most)
            raise ValidationError([Fault(words)])
        return number

    def _serialize(self, value: int | None, *_place: Any, **_kw: Any) -> int | None:
        return value


class SecretField(_LedgerField[str]):
    """A password, taken exactly as it was typed."""

    def blank(self) -> Fault:
        return Fault(_("请填写密码。"), "required")

    def read(self, text: str) -> str:
        if not text:
            raise ValidationError([self.blank()])
        if len(text) > LONGEST_SECRET:
            raise ValidationError([Fault(_("密码太长。"))])
        return text
