"""On PostgreSQL a reduction that is posted alone, as each disposition makes it, moves its positions by key."""

from __future__ import annotations

from migrations.securing import GUARDS, is_postgresql, made, say

revision = "0015"
down_revision = "0014"

SETS = "  IF EXISTS (\n    SELECT FROM new_rows n\n"
"""Where the function begins to ask of sets."""


def upgrade() -> None:
    """The function that posts entries, with one more case before its sets."""
    if is_postgresql():
        before, sets, after = _posted().partition(SETS)
        say(before + (GUARDS / "postgresql_reduction_by_key.sql").read_text(encoding="utf-8") + sets + after)


def downgrade() -> None:
    """The function without it."""
    if is_postgresql():
        say(_posted())


def _posted() -> str:
    return made("postgresql_reductions.sql", "FUNCTION entries_posted(")
