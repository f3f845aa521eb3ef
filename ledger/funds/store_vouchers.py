"""Voucher numbers: single per paying office and year of payment; a reversal or a return frees the number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.desk import Desk
from ledger.domain.errors import VoucherDuplicate
from ledger.tenancy import Constant, Reading, Row

_TAKEN = (
    " FROM document WHERE tenant_code = :tenant_code AND kind = 'disbursement' AND office_id = :office_id"
    " AND status IN ('waiting', 'posted')"
)
# As the index of single vouchers is keyed: the year is a text for both databases to read.
_OF_YEAR = f"{_TAKEN} AND date_part('year', business_date) = :year"
_OF_YEAR_SQLITE = f"{_TAKEN} AND substr(business_date, 1, 4) = :year"
_ONE = Constant(
    f"SELECT number{_OF_YEAR} AND voucher_no = :voucher_no AND id <> :except_id",
    sqlite=f"SELECT number{_OF_YEAR_SQLITE} AND voucher_no = :voucher_no AND id <> :except_id",
)
_YEAR = Constant(f"SELECT voucher_no{_OF_YEAR}", sqlite=f"SELECT voucher_no{_OF_YEAR_SQLITE}")


def voucher_reading(desk: Desk, voucher_no: str, paid_on: date, except_id: int = 0) -> Reading:
    """How the document with a voucher number of the asker's office in the year of payment is read.

    `except_id` is the document that is being amended; `check_voucher_free` takes what was read.
    """
    return (_ONE, {"voucher_no": voucher_no, "except_id": except_id, **_of(desk, paid_on.year)})


def check_voucher_free(found: Sequence[Row], voucher_no: str, paid_on: date) -> None:
    """Refuse a voucher number that the asker's office has used in the year of payment.

    Raises:
        VoucherDuplicate: and on which document.

    Source: RX.2.
    """
    if found:
        raise VoucherDuplicate(
            "凭证号 {voucher} 在 {year} 年已登记于 {number}。请核对凭证，或查看原单据。",
            voucher=voucher_no,
            year=paid_on.year,
            number=found[0].number,
        )


def check_voucher(desk: Desk, voucher_no: str, paid_on: date, except_id: int = 0) -> None:
    """Read by `voucher_reading` and refuse as `check_voucher_free` does."""
    (found,) = desk.read_all(voucher_reading(desk, voucher_no, paid_on, except_id))
    check_voucher_free(found, voucher_no, paid_on)


def vouchers_of_year(desk: Desk, year: int) -> set[str]:
    """Every voucher number that the asker's office has used in a year, for a book of many rows."""
    return {row.voucher_no for row in desk.rows(_YEAR, **_of(desk, year))}


def _of(desk: Desk, year: int) -> dict[str, object]:
    return {"year": str(year), "office_id": desk.actor.office_id}
