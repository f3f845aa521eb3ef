"""One statement for two reaches: one tenant's rows, or every tenant's for the province's people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.desk import Desk
from ledger.domain.errors import NotFound
from ledger.tenancy import Constant, Row

EVERY = "%"


class Reaching:
    """SQL with `tenant_code {reach}` in place of each tenant predicate, registered once for each reach."""

    def __init__(self, sql: str, *, sqlite: str | None = None) -> None:
        def made(reach: str, across: bool) -> Constant:
            other = None if sqlite is None else sqlite.format(reach=reach)
            return Constant(sql.format(reach=reach), sqlite=other, across=across)

        self._own = made("= :tenant_code", False)
        # A tenant's code holds neither % nor _: LIKE is equality, or every tenant.
        self._every = made("LIKE :of_tenant", True)

    def rows(self, desk: Desk, of_tenant: str | None = None, **parameters: Any) -> Sequence[Row]:
        """The rows that the desk's scope reaches, of one tenant where it is named.

        Raises:
            NotFound: `of_tenant` is beyond the scope, or can be no code.
        """
        if of_tenant is not None and not of_tenant.replace("-", "").isalnum():
            # To LIKE it could be a pattern; no tenant has such a code.
            raise NotFound()
        if reaches_all(desk):
            return desk.rows(self._every, of_tenant=EVERY if of_tenant is None else of_tenant, **parameters)
        if of_tenant not in (None, desk.tenant_code):
            raise NotFound()
        return desk.rows(self._own, **parameters)


def reaches_all(desk: Desk) -> bool:
    """Whether the desk reads every tenant."""
    return desk.scope.every_tenant
