"""Credit codes, document numbers, project codes and names: normalised first, then checked."""

from __future__ import annotations

import re
import unicodedata

from ledger.domain.amounts import BLANKS
from ledger.domain.errors import Invalid, Required, UsccCheck

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: no I, O, S, V, Z."""

_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SPACES = {ord(blank): None for blank in BLANKS}
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_DIGITS = {code: code - 0xFEE0 for code in range(ord("０"), ord("９") + 1)}
_YEAR = re.compile(r"[\[【（(〔﹝〖［{｛<《〈]([0-9]{4})[\]】）)〕﹞〗］}｝>》〉]", re.ASCII)
_PROJECT = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])-[1-9][0-9]{5}-[0-9]{2}-[0-9]{2}-[0-9]{6}", re.ASCII)

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing although Unicode does not class them as format characters."""


def normalise_uscc(text: str) -> str:
    """The code in half-width upper case without spaces; not checked."""
    return text.translate(_HALF_WIDTH).translate(_SPACES).translate(_UPPER)


def check_uscc(code: str) -> None:
    """Refuse a normalised credit code of another length, alphabet or check character.

    A right check character does not prove that the company exists.

    Raises:
        Required: blank. UsccCheck: malformed.

    Source: R4.3, GB 32100-2015.
    """
    if not code:
        raise Required("请填写统一社会信用代码（18 位）。", field="uscc")
    if len(code) != 18:
        raise UsccCheck("统一社会信用代码应为 18 位，现为 {length} 位。请照营业执照核对。", length=len(code))
    if any(character not in ALPHABET for character in code):
        raise UsccCheck("统一社会信用代码只用数字和大写字母，且不含 I、O、S、V、Z。请照营业执照核对。")
    weighed = sum(ALPHABET.index(character) * weight for character, weight in zip(code, _WEIGHTS, strict=False))
    # Reduced again: without the outer modulus a remainder of zero asks for a 32nd character.
    if code[17] != ALPHABET[(31 - weighed % 31) % 31]:
        raise UsccCheck("统一社会信用代码的校验位不对。请照营业执照逐位核对。")


def normalise_document_no(text: str) -> str:
    """The number with 〔〕 around its year, half-width digits and no spaces; the rest as typed."""
    return _YEAR.sub(r"〔\1〕", text.translate(_DIGITS).translate(_SPACES))


def check_project_code(code: str) -> None:
    """Refuse what is not in the form YYMM-area6-2-2-6 digits; the public form alone, no check digit.

    Raises:
        Required: blank. Invalid: another form.

    Source: GB/T 40058-2021.
    """
    if not code:
        raise Required("请填写项目代码，例如 2604-220102-04-01-123456。", field="project_code")
    if _PROJECT.fullmatch(code) is None:
        raise Invalid("项目代码应为 24 位（含连字符），例如 2604-220102-04-01-123456。请核对。", field="project_code")


def clean_text(text: str, field: str, limit: int, *, required: bool = False, lines: bool = False) -> str:
    """The text in NFC without spaces around it; at most `limit` characters, rare hanzi kept.

    `lines` lets line breaks through (as `\\n`) and makes a space of each tab.

    Raises:
        Required: blank although `required`. Invalid: too long, or a character that hides or controls.
    """
    if lines:
        text = text.replace("\r\n", "\n").replace("\t", " ")
    cleaned = unicodedata.normalize("NFC", text).strip(BLANKS)
    if required and not cleaned:
        raise Required("请填写此项。", field=field)
    for character in cleaned:
        if _is_refused(character) and not (lines and character == "\n"):
            raise Invalid(
                "内容里有看不见的控制字符（{code}）。请删去后重新输入，不要从网页直接粘贴。",
                field=field,
                code=f"U+{ord(character):04X}",
            )
    if len(cleaned) > limit:
        raise Invalid("最多 {limit} 个字，现为 {length} 个。请精简。", field=field, limit=limit, length=len(cleaned))
    return cleaned


def _is_refused(character: str) -> bool:
    # Private-use and unassigned code points stay: names hold hanzi that are newer than this Unicode table.
    code = ord(character)
    is_noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    hides = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return hides or is_noncharacter or character in _UNSEEN


_LOOKALIKES = str.maketrans("аеорсухкмтвнзіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧ".casefold(), "aeopcyxkmtbh3isjabezhikmnoptyx")


def likeness(name: str) -> str:
    """A key that near-duplicate names share: width, case, spaces, marks and Cyrillic or Greek look-alikes.

    Two names with one key deserve a warning, never a refusal.
    """
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LOOKALIKES)
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LN")
