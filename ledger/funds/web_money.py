"""An entry of one sum of money in the making: what every kind of document has in common, as a page class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from flask import request
from flask_babel import gettext as _
from marshmallow import Schema

from ledger.dispatch import Command
from ledger.domain.access import check_permission, check_reach
from ledger.domain.documents import PERMISSIONS, DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money
from ledger.funds.commands_amend import AmendDocument, DraftDocument, Recording
from ledger.funds.queries import ShownDocument
from ledger.funds.schemas_money import version_of
from ledger.funds.schemas_shown import document_url, kind_name
from ledger.funds.web_looks import Look, asked_id
from ledger.funds.web_pages import Tenant, tenant
from ledger.http import actor, forms
from ledger.http.fields import Fault
from ledger.http.paging import path


class Entered(Command, Recording, Protocol):
    """A command that records one sum of money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a kind of entry calls its parts."""

    title: str
    check: str
    amount: str
    room: str
    note: str
    empty: str
    """Why nothing can be entered here, and what comes first."""
    to_whom: str
    """Who checks it, where their names are not known."""


class MoneyPage(ABC):
    """One entry in the making, or the mending of `shown`; made anew for each request.

    Raises:
        NotFound: another tenant's place, or what the entry is about is unknown.
        NotPermitted: the asker may not record such documents.
    """

    kind: ClassVar[DocumentKind]
    template: ClassVar[str]
    """The partial with the kind's own fields, in two parts: up to the amount, and the rest."""
    inputs: ClassVar[Mapping[str, str]]
    """Which input holds a field of the document, by its name in the journal."""

    def __init__(self, code: str, shown: ShownDocument | None = None) -> None:
        who = actor.current()
        check_reach(who, code)
        check_permission(who, PERMISSIONS[self.kind][0])
        self.document = None if shown is None else shown.document
        self.tenant: Tenant = tenant(code)
        self.action = request.path
        self.cancel_url = path("t", code, "pilots")
        self.subject = ""
        """What the entry is about: the pilot, and the document that it follows."""
        self.crumbs: list[tuple[str, str]] = [(_("试点"), self.cancel_url)]
        self.about: dict[str, str] = {}
        """Hidden fields that say what the entry is about."""
        self.is_open = False
        """Whether anything can be entered here."""

    @property
    @abstractmethod
    def words(self) -> Words:
        """Its parts in the reader's language."""

    @abstractmethod
    def load(self) -> Any:
        """The command that the sent form asks for; raises FormRefused."""

    @abstractmethod
    def look(self, form: forms.Form) -> Look:
        """Every rule on what is typed, as of now."""

    @abstractmethod
    def rows(self, entered: Any) -> list[tuple[str, str, Any]]:
        """What is read once more before sending: the input, its label and its value."""

    @property
    def title(self) -> str:
        """The heading of the first step."""
        return self.words.title if self.document is None else str(_("修改%(kind)s", kind=kind_name(self.kind)))

    def asked(self, name: str) -> int:
        """The id of what the entry is about: as the link says, or as the document that is mended has it."""
        if self.document is None:
            return asked_id(name)
        return getattr(self.document, f"{name}_id") or 0

    def command(self, entered: Any, form: forms.Form, *, draft: bool) -> Command:
        """What the button asks for: to send, to keep as a draft, or to send a mended document again."""
        if self.document is not None:
            return self.amended(entered, self.document.id, version_of(form.typed))
        return self.drafted(entered) if draft else entered

    def drafted(self, entered: Any) -> Command:
        """The command that keeps a draft."""
        return DraftDocument(entered=entered)

    def amended(self, entered: Any, document_id: int, version: int) -> Command:
        """The command that mends a document; it is refused where `version` is not the present one."""
        return AmendDocument(entered=entered, document_id=document_id, version=version)

    def loaded(self, schema: type[Schema], /, **constructor: Any) -> Any:
        """What `schema` makes of the sent form in this tenant; raises FormRefused."""
        return forms.load(schema, request.form, tenant_code=self.tenant.code, **constructor)

    def blank(self) -> forms.Form:
        """The form as it is opened, with what is known already."""
        return forms.Form({})

    def own(self) -> forms.Form:
        """The form with what the document that is mended says."""
        document = self.document
        if document is None:
            return self.blank()
        values = {name.removesuffix("_fen"): entry for name, entry in self.inputs.items()}
        typed = {entry: _as_typed(getattr(document, name)) for name, entry in values.items()}
        return forms.Form({**self.chosen(), **typed, "version": str(document.version)})

    def read(self, entered: Any) -> dict[str, str]:
        """What was made of the inputs, as the next step sends it on: one spelling of an amount, a date, a number."""
        return {name: _as_typed(getattr(entered, name)) for name in self.inputs.values() if hasattr(entered, name)}

    def chosen(self) -> dict[str, str]:
        """What the selects of the form hold for the document that is mended."""
        return {}

    def rests_on(self, _form: forms.Form, /) -> dict[str, int]:
        """The ids of what the entry takes its room from, as a document has them; empty where that is no one thing."""
        return {}

    def field_of(self, name: str) -> str:
        """The input that a refusal of `name` stands beside."""
        return name

    def refuse(self, form: forms.Form, refusal: LedgerError) -> None:
        """Put a refusal beside its input, once."""
        field, fault = self.field_of(refusal.field or ""), Fault.of(refusal)
        if fault not in form.errors.get(field if field in form.typed else "", []):
            form.add(field, fault)

    def of_pilot(self, pilot_id: int, name: str) -> None:
        """Say whose money it is, and lead back to them."""
        self.cancel_url, self.subject = path("t", self.tenant.code, "pilots", pilot_id), name
        self.crumbs.append((name, self.cancel_url))

    def of_document(self, kind: DocumentKind, document_id: int, label: str) -> None:
        """Say which document the entry follows, and lead back to it."""
        self.cancel_url = document_url(self.tenant.code, kind, document_id)
        self.crumbs.append((label, self.cancel_url))

    def of_itself(self) -> None:
        """Lead back to the document that is mended."""
        if self.document is not None:
            self.of_document(self.kind, self.document.id, f"{kind_name(self.kind)} {self.document.number}")


def _as_typed(value: Any) -> str:
    if value is None:
        return ""
    return f"{value.fen // 100:,}.{value.fen % 100:02d}" if isinstance(value, Money) else str(value)
