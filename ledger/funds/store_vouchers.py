"""Voucher numbers: single per paying office and year of payment; a reversal or a return frees the number."""

from __future__ import annotations

from datetime import date

from ledger.desk import Desk
from ledger.domain.errors import VoucherDuplicate
from ledger.tenancy import Constant

_TAKEN = (
    " FROM document WHERE tenant_code = :tenant_code AND kind = 'disbursement' AND office_id = :office_id"
    " AND status IN ('waiting', 'posted') AND business_date BETWEEN :first_on AND :last_on"
)
_ONE = Constant(f"SELECT number{_TAKEN} AND voucher_no = :voucher_no AND id <> :except_id")
_YEAR = Constant(f"SELECT voucher_no{_TAKEN}")


def check_voucher(desk: Desk, voucher_no: str, paid_on: date, except_id: int = 0) -> None:
    """Refuse a voucher number that the asker's office has used in the year of payment.

    `except_id` is the document that is being amended.

    Raises:
        VoucherDuplicate: and on which document.

    Source: RX.2.
    """
    found = desk.first(_ONE, voucher_no=voucher_no, except_id=except_id, **_span(desk, paid_on.year))
    if found is not None:
        raise VoucherDuplicate(
            "凭证号 {voucher} 在 {year} 年已登记于 {number}。请核对凭证，或查看原单据。",
            voucher=voucher_no,
            year=paid_on.year,
            number=found.number,
        )


def vouchers_of_year(desk: Desk, year: int) -> set[str]:
    """Every voucher number that the asker's office has used in a year, for a book of many rows."""
    return {row.voucher_no for row in desk.rows(_YEAR, **_span(desk, year))}


def _span(desk: Desk, year: int) -> dict[str, object]:
    return {"first_on": date(year, 1, 1), "last_on": date(year, 12, 31), "office_id": desk.actor.office_id}
