"""Import contracts that follow the names of files: the bands of a slice, and a domain that imports nothing.

import-linter's own layers name whole modules; a slice may split `commands` into
`commands_award` and `commands_allocation`, and the band is what stands before the first `_`.
"""

from __future__ import annotations

import sys
from typing import Any, Final

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

FACES: Final = frozenset({"web", "api"})
USE_CASES: Final = frozenset({"commands", "queries"})
PERSISTENCE: Final = frozenset({"store", "models"})

OWN_SLICE: Final[dict[str, frozenset[str]]] = {
    "web": FACES | USE_CASES | {"schemas", "plain"},
    "api": FACES | USE_CASES | {"schemas", "plain"},
    "schemas": USE_CASES | {"schemas", "plain"},
    "commands": PERSISTENCE | {"commands", "plain"},
    "queries": PERSISTENCE | {"queries", "plain"},
    "store": PERSISTENCE,
    "models": frozenset({"models"}),
    "plain": frozenset({"plain"}),
}
"""What each band of a slice may import from its own slice."""

LOWER_SLICE: Final[dict[str, frozenset[str]]] = {
    "web": frozenset({"schemas", "queries"}),
    "api": frozenset({"schemas", "queries"}),
    "schemas": frozenset({"schemas", "queries"}),
    "commands": PERSISTENCE,
    "queries": PERSISTENCE,
    "store": PERSISTENCE,
    "models": frozenset({"models"}),
    "plain": frozenset(),
}
"""What each band may import from another slice; that it is a lower one is the layers contract's matter."""

_FACE_SEAMS: Final = frozenset({"http", "dispatch", "desk", "journal", "clock", "domain"})
_SQL_SEAMS: Final = frozenset({"dispatch", "desk", "journal", "tenancy", "database", "domain"})
SEAMS: Final[dict[str, frozenset[str]]] = {
    "web": _FACE_SEAMS,
    "api": _FACE_SEAMS,
    "schemas": frozenset({"http", "domain"}),
    "commands": frozenset({"dispatch", "desk", "journal", "tenancy", "domain"}),
    "queries": _SQL_SEAMS,
    "store": _SQL_SEAMS,
    "models": frozenset({"tenancy", "database", "domain"}),
    "plain": frozenset({"domain"}),
}
"""What each band may import from the rest of the package."""

WEB_LIBRARIES: Final = (
    "apispec", "babel", "flask", "jinja2", "marshmallow", "webargs", "werkzeug", "wtforms",
)  # fmt: skip
"""No use case and no persistence band knows how it is asked; `flask` stands for `flask_…` too."""


def is_web_library(module: str) -> bool:
    """Whether an outside module belongs to the web."""
    root = module.partition(".")[0]
    return root in WEB_LIBRARIES or root.startswith("flask_")


class BandsContract(Contract):
    """In each slice the bands import one way: faces, schemas, use cases, store, models.

    `callers` are slices that call use cases as a face does (workbooks in and out).
    `plain_in` are slices whose other modules know neither the web nor the database.
    """

    type_name = "bands"
    slices = fields.ListField(subfield=fields.StringField())
    callers = fields.ListField(subfield=fields.StringField(), required=False)
    plain_in = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        faults = [
            fault
            for module in sorted(graph.modules)
            if module.count(".") >= 2 and module.split(".")[1] in _names(self.slices)
            for fault in self._faults(graph, module)
        ]
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def _faults(self, graph: ImportGraph, module: str) -> list[str]:
        band = self._band(module)
        if band not in OWN_SLICE:
            return [f"{module} is of no known band: {', '.join(OWN_SLICE)}"]
        imported = sorted(graph.find_modules_directly_imported_by(module))
        return [f"{module} may not import {other}" for other in imported if not self._may(module, band, other)]

    def _band(self, module: str) -> str:
        """`commands` for `ledger.funds.commands_award`; `plain` for another name where that is allowed."""
        _, home, name, *_ = module.split(".")
        band = name.partition("_")[0]
        return "plain" if band not in OWN_SLICE and home in _names(self.plain_in) else band

    def _may(self, module: str, band: str, other: str) -> bool:
        home = module.split(".")[1]
        package, _, path = other.partition(".")
        if package != "ledger":
            return self._may_outside(band, package)
        place, _, name = path.partition(".")
        if place not in _names(self.slices):
            return place in SEAMS[band]
        if not name:
            return True
        if place == home:
            return self._band(other) in OWN_SLICE[band]
        calls = home in _names(self.callers) and band in FACES | USE_CASES
        return self._band(other) in LOWER_SLICE[band] | (USE_CASES | {"schemas"} if calls else frozenset())

    @staticmethod
    def _may_outside(band: str, library: str) -> bool:
        if band in USE_CASES | PERSISTENCE | {"plain"} and is_web_library(library):
            return False
        # Only the store and the queries build SQL; the models say what there is.
        return library != "sqlalchemy" or band in PERSISTENCE | {"queries"}

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check.metadata)


class StandardLibraryOnlyContract(Contract):
    """A package imports the standard library and itself, and nothing else."""

    type_name = "standard_library_only"
    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        name = str(self.package)
        inside = sorted(module for module in graph.modules if module == name or module.startswith(f"{name}."))
        faults = [
            f"{module} may not import {other}"
            for module in inside
            for other in sorted(graph.find_modules_directly_imported_by(module))
            if other not in inside and other.partition(".")[0] not in sys.stdlib_module_names
        ]
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check.metadata)


def _names(option: Any) -> list[str]:
    # A contract's fields become plain values when the contract is made; an option left out is None.
    return list(option or [])


def _render(metadata: dict[str, Any]) -> None:
    for fault in metadata["faults"]:
        output.print_error(fault)
    output.new_line()
