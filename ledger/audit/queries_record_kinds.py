"""The kinds of facts by what they are about: what a record may be narrowed to."""

from __future__ import annotations

from typing import Final

from ledger.domain.documents import DocumentKind

VERBS: Final = ("recorded", "drafted", "amended", "approved", "returned", "withdrawn", "reversed")
"""What happens to a document: its fact is `disbursement_approved`."""
SIGN_INS: Final = ("signed_in", "sign_in_failed", "sign_in_locked", "signed_out")
READINGS: Final = (
    "journal_read",
    "journal_verified",
    "journal_exported",
    "record_read",
    "record_exported",
)
OLDEST_QUIET: Final = (*SIGN_INS, *READINGS)
"""What the index of acts leaves out; a kind that joins them later is told apart without it."""
_CHANGES: Final = (
    *(
        f"change_report_{verb}"
        for verb in (
            *("drafted", "amended", "sent", "passed", "returned", "withdrawn", "checked"),
            *("proposed", "sent_back", "settled"),
        )
    ),
    "baseline_changed",
    "hold_placed",
    "hold_release_proposed",
    "hold_release_sent_back",
    "hold_released",
    "recovery_demanded",
)

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    **{kind.value: tuple(f"{kind.value}_{verb}" for verb in VERBS) for kind in DocumentKind},
    "fund_line": ("fund_line_set",),
    "change": _CHANGES,
    "designation": ("pilot_designated", "pilot_confirmed", "pilot_returned", "policy_published"),
    "file": ("file_attached", "file_retired"),
    "import": ("import_checked", "import_recorded"),
    "people": (
        *("person_registered", "person_deactivated", "password_set", "office_registered"),
        *("office_deactivated", "office_reactivated", "roles_proposed", "roles_changed", "roles_refused"),
        *("roles_withdrawn", "token_issued", "token_revoked", "tokens_revoked", "erasure_asked"),
        *("erasure_refused", "erasure_withdrawn", "personal_value_erased"),
    ),
    "sign_in": SIGN_INS,
    "reading": (*READINGS, "job_asked", "proof_made"),
    "refused": ("attempt_refused",),
    "proof": ("stream_opened", "gap_recorded"),
}
"""Every kind of fact, by what a reader looks for."""
QUIET: Final = frozenset({*GROUPS["sign_in"], *GROUPS["reading"]})
"""Kinds that change nothing: a record leaves them out until they are asked for."""
EVERYTHING: Final = "every"
"""The choice that leaves out nothing."""


def kinds_chosen(choice: str) -> tuple[str, ...]:
    """The kinds of a group, or the one kind that is named; nothing where the choice is none of ours."""
    if choice in GROUPS:
        return GROUPS[choice]
    return (choice,) if any(choice in kinds for kinds in GROUPS.values()) else ()
