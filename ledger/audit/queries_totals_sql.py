"""The statements of totals and positions: from the positions for now, from the entries for a date."""

from __future__ import annotations

from ledger.audit.queries_reach import Reaching
from ledger.tenancy import Constant


def _net(start: str, end: str) -> str:
    """SQL of what moved from one stage to the next, less what a reversal moved back."""
    return (
        f"coalesce(sum(CASE WHEN from_stage = '{start}' AND to_stage = '{end}' THEN amount"
        f" WHEN from_stage = '{end}' AND to_stage = '{start}' THEN -amount END), 0)"
    )


_PILOT = "SELECT p.tenant_code, p.id AS pilot_id, p.uscc, p.name, p.status, "
_NOW = (
    f"{_PILOT} q.cap, q.awarded, coalesce(a.allocated, 0) AS allocated, coalesce(a.waiting, 0) AS waiting,"
    " coalesce(a.disbursed, 0) AS disbursed, coalesce(a.spent, 0) AS spent, coalesce(a.accepted, 0) AS accepted,"
    " coalesce(a.recovered, 0) AS recovered, coalesce(a.available, 0) AS available"
    " FROM pilot p JOIN pilot_position q ON q.tenant_code = p.tenant_code AND q.pilot_id = p.id"
    " LEFT JOIN (SELECT tenant_code, pilot_id, sum(allocated) AS allocated, sum(waiting) AS waiting,"
    " sum(disbursed) AS disbursed, sum(spent) AS spent, sum(accepted) AS accepted,"
    " sum(recovered_undisbursed + recovered_disbursed) AS recovered,"
    " sum(allocated - waiting - disbursed - recovered_undisbursed) AS available"
    " FROM allocation_position WHERE tenant_code {reach} GROUP BY tenant_code, pilot_id) a"
    " ON a.tenant_code = p.tenant_code AND a.pilot_id = p.id WHERE p.tenant_code {reach}"
)
POSITIONS = Reaching(f"{_NOW} ORDER BY p.tenant_code, p.id")
POSITION_OF_USCC = Reaching(f"{_NOW} AND p.uscc = :uscc ORDER BY p.tenant_code, p.id")
_ALLOCATED = (
    "coalesce(sum(allocated), 0) AS allocated, coalesce(sum(waiting), 0) AS waiting,"
    " coalesce(sum(disbursed), 0) AS disbursed, coalesce(sum(spent), 0) AS spent,"
    " coalesce(sum(accepted), 0) AS accepted,"
    " coalesce(sum(recovered_undisbursed + recovered_disbursed), 0) AS recovered,"
    " coalesce(sum(allocated - waiting - disbursed - recovered_undisbursed), 0) AS available FROM allocation_position"
)
POSITION_OF_PILOT = Constant(
    "SELECT p.tenant_code, p.id AS pilot_id, p.uscc, p.name, t.name AS tenant_name, q.cap, q.awarded, a.allocated,"
    " a.waiting, a.disbursed, a.spent, a.accepted, a.recovered, a.available FROM pilot p"
    " JOIN tenant t ON t.code = p.tenant_code"
    " JOIN pilot_position q ON q.tenant_code = p.tenant_code AND q.pilot_id = p.id"
    f" CROSS JOIN (SELECT {_ALLOCATED} WHERE tenant_code = :tenant_code AND pilot_id = :pilot_id) a"
    " WHERE p.tenant_code = :tenant_code AND p.id = :pilot_id"
)
TENANT_SUMS = Reaching(
    "SELECT n.tenant_code, n.pilots, q.awarded, coalesce(a.allocated, 0) AS allocated, coalesce(a.waiting, 0) AS"
    " waiting, coalesce(a.disbursed, 0) AS disbursed, coalesce(a.spent, 0) AS spent, coalesce(a.accepted, 0) AS"
    " accepted, coalesce(a.recovered, 0) AS recovered FROM (SELECT tenant_code, count(*) AS pilots FROM pilot"
    " WHERE tenant_code {reach} AND status NOT IN ('waiting', 'returned') GROUP BY tenant_code) n"
    " JOIN (SELECT tenant_code, sum(awarded) AS awarded FROM pilot_position WHERE tenant_code {reach}"
    " GROUP BY tenant_code) q ON q.tenant_code = n.tenant_code"
    f" LEFT JOIN (SELECT tenant_code, {_ALLOCATED} WHERE tenant_code {{reach}} GROUP BY tenant_code) a"
    " ON a.tenant_code = n.tenant_code ORDER BY n.tenant_code"
)
AT_DATE = Reaching(
    f"{_PILOT} coalesce(e.awarded, 0) AS awarded, coalesce(e.allocated, 0) AS allocated,"
    " coalesce(w.waiting, 0) AS waiting, coalesce(e.disbursed, 0) AS disbursed, coalesce(e.spent, 0) AS spent,"
    " coalesce(e.accepted, 0) AS accepted, coalesce(e.recovered, 0) AS recovered FROM pilot p"
    f" LEFT JOIN (SELECT tenant_code, pilot_id, {_net('fund_line', 'awarded')} AS awarded,"
    f" {_net('awarded', 'allocated')} AS allocated, {_net('allocated', 'disbursed')} AS disbursed,"
    f" {_net('disbursed', 'spent')} AS spent, {_net('spent', 'accepted')} AS accepted,"
    f" {_net('allocated', 'recovered')} + {_net('disbursed', 'recovered')} AS recovered"
    " FROM entry WHERE tenant_code {reach} AND business_date <= :as_of GROUP BY tenant_code, pilot_id) e"
    " ON e.tenant_code = p.tenant_code AND e.pilot_id = p.id"
    " LEFT JOIN (SELECT tenant_code, pilot_id, sum(amount) AS waiting FROM document WHERE tenant_code {reach}"
    " AND kind = 'disbursement' AND status = 'waiting' AND business_date <= :as_of GROUP BY tenant_code, pilot_id) w"
    " ON w.tenant_code = p.tenant_code AND w.pilot_id = p.id"
    " WHERE p.tenant_code {reach} ORDER BY p.tenant_code, p.id"
)
