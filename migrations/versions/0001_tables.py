"""Tables of identity, pilots, funds, the journal and imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make the tables, parents before children."""
    op.create_table(
        "allocation_notice",
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("allocated_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("document_no", name=op.f("pk_allocation_notice")),
        sa.UniqueConstraint("document_no", "allocated_on", name=op.f("uq_allocation_notice_document_no_allocated_on")),
    )
    op.create_table(
        "award_right",
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject_key", name=op.f("pk_award_right")),
    )
    op.create_table(
        "document_number",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", "prefix", "year", name=op.f("pk_document_number")),
    )
    op.create_table(
        "entity",
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uscc", name=op.f("pk_entity")),
    )
    op.create_table(
        "fund_line",
        sa.Column("fiscal_year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("awarded", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("awarded >= 0 AND awarded <= total", name=op.f("ck_fund_line_exceeds_fund_line")),
        sa.PrimaryKeyConstraint("fiscal_year", name=op.f("pk_fund_line")),
    )
    op.create_table(
        "funded_project",
        sa.Column("project_code", sa.Text(), nullable=False),
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_code", name=op.f("pk_funded_project")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", "idempotency_key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "journal_head",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("lock_mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "login_name",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_login_name")),
    )
    op.create_table(
        "personal_value",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", "commitment", name=op.f("pk_personal_value")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("region_cap", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_cap", sa.BigInteger(), nullable=False),
        sa.Column("switches", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("region_cap > 0 AND enterprise_cap > 0", name=op.f("ck_policy_version_caps_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("first_failed_at", INSTANT, nullable=False),
        sa.Column("locked_until_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "subject_hold",
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('ban', 'freeze')", name=op.f("ck_subject_hold_kind_known")),
        sa.PrimaryKeyConstraint("uscc", "kind", "starts_on", name=op.f("pk_subject_hold")),
    )
    op.create_table(
        "tenant",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tenant")),
        sa.UniqueConstraint("name", name=op.f("uq_tenant_name")),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("tenant_code", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_code"], ["tenant.code"], name=op.f("fk_division_tenant_code_tenant")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_table(
        "import_file",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("target_code", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_code"], ["tenant.code"], name=op.f("fk_import_file_tenant_code_tenant")),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_import_file")),
    )
    op.create_index(op.f("ix_import_file_tenant_code_sha256"), "import_file", ["tenant_code", "sha256"], unique=False)
    op.create_table(
        "journal_entry",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_code"], ["journal_head.tenant_code"], name=op.f("fk_journal_entry_tenant_code_journal_head")
        ),
        sa.PrimaryKeyConstraint("tenant_code", "seq", name=op.f("pk_journal_entry")),
    )
    op.create_index(
        op.f("ix_journal_entry_tenant_code_pilot_id_seq"),
        "journal_entry",
        ["tenant_code", "pilot_id", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_journal_entry_tenant_code_subject_type_subject_id_seq"),
        "journal_entry",
        ["tenant_code", "subject_type", "subject_id", "seq"],
        unique=False,
    )
    op.create_table(
        "office",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('drc', 'finance')", name=op.f("ck_office_kind_known")),
        sa.ForeignKeyConstraint(["tenant_code"], ["tenant.code"], name=op.f("fk_office_tenant_code_tenant")),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_office")),
        sa.UniqueConstraint("tenant_code", "name", name=op.f("uq_office_tenant_code_name")),
    )
    op.create_table(
        "pilot",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("county_name", sa.Text(), nullable=False),
        sa.Column("designation_document_no", sa.Text(), nullable=False),
        sa.Column("designated_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=True),
        sa.Column("checked_by_name", sa.Text(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('region', 'enterprise')", name=op.f("ck_pilot_kind_known")),
        sa.CheckConstraint(
            "status IN ('waiting', 'returned') OR checked_by IS NOT NULL", name=op.f("ck_pilot_checked_when_active")
        ),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> made_by", name=op.f("ck_pilot_second_person")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_pilot_policy_version_id_policy_version")
        ),
        sa.ForeignKeyConstraint(["tenant_code"], ["tenant.code"], name=op.f("fk_pilot_tenant_code_tenant")),
        sa.ForeignKeyConstraint(["uscc"], ["entity.uscc"], name=op.f("fk_pilot_uscc_entity")),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_pilot")),
        sa.UniqueConstraint("tenant_code", "uscc", name=op.f("uq_pilot_tenant_code_uscc")),
    )
    op.create_table(
        "person",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("deactivated_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_code", "office_id"],
            ["office.tenant_code", "office.id"],
            name=op.f("fk_person_tenant_code_office_id_office"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_person")),
    )
    op.create_table(
        "pilot_position",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=False),
        sa.Column("awarded", sa.BigInteger(), nullable=False),
        sa.Column("lock_mark", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("awarded >= 0 AND awarded <= cap", name=op.f("ck_pilot_position_cap_exceeded")),
        sa.ForeignKeyConstraint(
            ["tenant_code", "pilot_id"],
            ["pilot.tenant_code", "pilot.id"],
            name=op.f("fk_pilot_position_tenant_code_pilot_id_pilot"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "pilot_id", name=op.f("pk_pilot_position")),
    )
    op.create_table(
        "project",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("no_code_reason", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("owner_uscc", sa.Text(), nullable=False),
        sa.Column("investment", sa.BigInteger(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=True),
        sa.Column("finish_on", sa.Date(), nullable=True),
        sa.CheckConstraint("code IS NOT NULL OR no_code_reason IS NOT NULL", name=op.f("ck_project_code_or_reason")),
        sa.CheckConstraint("investment >= 0", name=op.f("ck_project_investment_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_code", "pilot_id"],
            ["pilot.tenant_code", "pilot.id"],
            name=op.f("fk_project_tenant_code_pilot_id_pilot"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_project")),
    )
    op.create_index(op.f("ix_project_tenant_code_code"), "project", ["tenant_code", "code"], unique=False)
    op.create_index(op.f("ix_project_tenant_code_pilot_id"), "project", ["tenant_code", "pilot_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_code", "person_id"],
            ["person.tenant_code", "person.id"],
            name=op.f("fk_api_token_tenant_code_person_id_person"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_api_token")),
    )
    op.create_table(
        "document",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("office_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("fiscal_year", sa.BigInteger(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("award_id", sa.BigInteger(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("allocation_id", sa.BigInteger(), nullable=True),
        sa.Column("disbursement_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("voucher_no", sa.Text(), nullable=True),
        sa.Column("payee_name", sa.Text(), nullable=True),
        sa.Column("payee_account", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=True),
        sa.Column("checked_by_name", sa.Text(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("recovered", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "CASE kind WHEN 'award' THEN fiscal_year IS NOT NULL AND document_no IS NOT NULL WHEN 'allocation' THEN award_id IS NOT NULL AND line_id IS NOT NULL AND document_no IS NOT NULL WHEN 'disbursement' THEN allocation_id IS NOT NULL AND voucher_no IS NOT NULL AND payee_name IS NOT NULL AND payee_account IS NOT NULL AND fiscal_year IS NOT NULL WHEN 'expenditure' THEN disbursement_id IS NOT NULL AND purpose IS NOT NULL WHEN 'acceptance' THEN project_id IS NOT NULL AND document_no IS NOT NULL WHEN 'recovery' THEN allocation_id IS NOT NULL AND document_no IS NOT NULL AND reason IS NOT NULL WHEN 'reversal' THEN reverses_id IS NOT NULL AND reason IS NOT NULL ELSE FALSE END",
            name=op.f("ck_document_kind_complete"),
        ),
        sa.CheckConstraint(
            "status <> 'reversed' OR spent + recovered = 0", name=op.f("ck_document_reversed_untouched")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'waiting', 'returned', 'posted', 'reversed')", name=op.f("ck_document_status_known")
        ),
        sa.CheckConstraint(
            "status NOT IN ('posted', 'reversed') OR checked_by IS NOT NULL",
            name=op.f("ck_document_checked_when_posted"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_document_amount_positive")),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> made_by", name=op.f("ck_document_second_person")),
        sa.CheckConstraint(
            "spent >= 0 AND recovered >= 0 AND spent + recovered <= amount", name=op.f("ck_document_exceeds_disbursed")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_document_policy_version_id_policy_version")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "allocation_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_document_tenant_code_allocation_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "award_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_document_tenant_code_award_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "disbursement_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_document_tenant_code_disbursement_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "pilot_id"],
            ["pilot.tenant_code", "pilot.id"],
            name=op.f("fk_document_tenant_code_pilot_id_pilot"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "project_id"],
            ["project.tenant_code", "project.id"],
            name=op.f("fk_document_tenant_code_project_id_project"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "reverses_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_document_tenant_code_reverses_id_document"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_document")),
        sa.UniqueConstraint("tenant_code", "number", name=op.f("uq_document_tenant_code_number")),
    )
    op.create_index(
        op.f("ix_document_tenant_code_allocation_id_status"),
        "document",
        ["tenant_code", "allocation_id", "status"],
        unique=False,
    )
    op.create_index(
        op.f("ix_document_tenant_code_disbursement_id"), "document", ["tenant_code", "disbursement_id"], unique=False
    )
    op.create_index(op.f("ix_document_tenant_code_kind_id"), "document", ["tenant_code", "kind", "id"], unique=False)
    op.create_index(
        op.f("ix_document_tenant_code_line_id_status"), "document", ["tenant_code", "line_id", "status"], unique=False
    )
    op.create_index(
        op.f("ix_document_tenant_code_pilot_id_id"), "document", ["tenant_code", "pilot_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_document_tenant_code_status_kind"), "document", ["tenant_code", "status", "kind"], unique=False
    )
    op.create_table(
        "person_role",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_code", "person_id"],
            ["person.tenant_code", "person.id"],
            name=op.f("fk_person_role_tenant_code_person_id_person"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_code", "person_id"],
            ["person.tenant_code", "person.id"],
            name=op.f("fk_sign_in_session_tenant_code_person_id_person"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "secret_hash", name=op.f("pk_sign_in_session")),
    )
    op.create_table(
        "allocation_position",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("allocation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("disbursed", sa.BigInteger(), nullable=False),
        sa.Column("recovered_undisbursed", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("recovered_disbursed", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("lock_mark", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("accepted >= 0 AND accepted <= spent", name=op.f("ck_allocation_position_exceeds_spent")),
        sa.CheckConstraint(
            "spent >= 0 AND recovered_disbursed >= 0 AND spent + recovered_disbursed <= disbursed",
            name=op.f("ck_allocation_position_exceeds_disbursed"),
        ),
        sa.CheckConstraint(
            "waiting >= 0 AND disbursed >= 0 AND recovered_undisbursed >= 0 AND disbursed + waiting + recovered_undisbursed <= allocated",
            name=op.f("ck_allocation_position_exceeds_allocated"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "allocation_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_allocation_position_tenant_code_allocation_id_document"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "allocation_id", name=op.f("pk_allocation_position")),
    )
    op.create_index(
        op.f("ix_allocation_position_tenant_code_pilot_id"),
        "allocation_position",
        ["tenant_code", "pilot_id"],
        unique=False,
    )
    op.create_table(
        "award_line",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("project_code", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_award_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_code", "award_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_award_line_tenant_code_award_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "project_id"],
            ["project.tenant_code", "project.id"],
            name=op.f("fk_award_line_tenant_code_project_id_project"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_award_line")),
        sa.UniqueConstraint(
            "tenant_code", "award_id", "project_id", name=op.f("uq_award_line_tenant_code_award_id_project_id")
        ),
    )
    op.create_table(
        "entry",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("allocation_id", sa.BigInteger(), nullable=True),
        sa.Column("disbursement_id", sa.BigInteger(), nullable=True),
        sa.Column("from_stage", sa.Text(), nullable=False),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fiscal_year", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("document_version", sa.BigInteger(), nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=False),
        sa.Column("checked_by_name", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_entry_amount_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_code", "allocation_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_entry_tenant_code_allocation_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "disbursement_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_entry_tenant_code_disbursement_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "document_id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_entry_tenant_code_document_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "line_id"],
            ["award_line.tenant_code", "award_line.id"],
            name=op.f("fk_entry_tenant_code_line_id_award_line"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "pilot_id"],
            ["pilot.tenant_code", "pilot.id"],
            name=op.f("fk_entry_tenant_code_pilot_id_pilot"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "reverses_id"],
            ["entry.tenant_code", "entry.id"],
            name=op.f("fk_entry_tenant_code_reverses_id_entry"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_entry")),
        sa.UniqueConstraint("tenant_code", "reverses_id", name=op.f("uq_entry_tenant_code_reverses_id")),
    )
    op.create_index(op.f("ix_entry_business_date"), "entry", ["business_date"], unique=False)
    op.create_index(op.f("ix_entry_fiscal_year_to_stage"), "entry", ["fiscal_year", "to_stage"], unique=False)
    op.create_index(op.f("ix_entry_tenant_code_allocation_id"), "entry", ["tenant_code", "allocation_id"], unique=False)
    op.create_index(op.f("ix_entry_tenant_code_document_id"), "entry", ["tenant_code", "document_id"], unique=False)
    op.create_index(
        op.f("ix_entry_tenant_code_pilot_id_business_date_id"),
        "entry",
        ["tenant_code", "pilot_id", "business_date", "id"],
        unique=False,
    )
    op.create_table(
        "line_position",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), nullable=False),
        sa.Column("awarded", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("lock_mark", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("allocated >= 0 AND allocated <= awarded", name=op.f("ck_line_position_exceeds_awarded")),
        sa.ForeignKeyConstraint(
            ["tenant_code", "line_id"],
            ["award_line.tenant_code", "award_line.id"],
            name=op.f("fk_line_position_tenant_code_line_id_award_line"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "line_id", name=op.f("pk_line_position")),
    )
    op.create_index(
        op.f("ix_line_position_tenant_code_pilot_id"), "line_position", ["tenant_code", "pilot_id"], unique=False
    )


def downgrade() -> None:
    """Drop the tables, children before parents."""
    op.drop_index(op.f("ix_line_position_tenant_code_pilot_id"), table_name="line_position")
    op.drop_table("line_position")
    op.drop_index(op.f("ix_entry_tenant_code_pilot_id_business_date_id"), table_name="entry")
    op.drop_index(op.f("ix_entry_tenant_code_document_id"), table_name="entry")
    op.drop_index(op.f("ix_entry_tenant_code_allocation_id"), table_name="entry")
    op.drop_index(op.f("ix_entry_fiscal_year_to_stage"), table_name="entry")
    op.drop_index(op.f("ix_entry_business_date"), table_name="entry")
    op.drop_table("entry")
    op.drop_table("award_line")
    op.drop_index(op.f("ix_allocation_position_tenant_code_pilot_id"), table_name="allocation_position")
    op.drop_table("allocation_position")
    op.drop_table("sign_in_session")
    op.drop_table("person_role")
    op.drop_index(op.f("ix_document_tenant_code_status_kind"), table_name="document")
    op.drop_index(op.f("ix_document_tenant_code_pilot_id_id"), table_name="document")
    op.drop_index(op.f("ix_document_tenant_code_line_id_status"), table_name="document")
    op.drop_index(op.f("ix_document_tenant_code_kind_id"), table_name="document")
    op.drop_index(op.f("ix_document_tenant_code_disbursement_id"), table_name="document")
    op.drop_index(op.f("ix_document_tenant_code_allocation_id_status"), table_name="document")
    op.drop_table("document")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_project_tenant_code_pilot_id"), table_name="project")
    op.drop_index(op.f("ix_project_tenant_code_code"), table_name="project")
    op.drop_table("project")
    op.drop_table("pilot_position")
    op.drop_table("person")
    op.drop_table("pilot")
    op.drop_table("office")
    op.drop_index(op.f("ix_journal_entry_tenant_code_subject_type_subject_id_seq"), table_name="journal_entry")
    op.drop_index(op.f("ix_journal_entry_tenant_code_pilot_id_seq"), table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_index(op.f("ix_import_file_tenant_code_sha256"), table_name="import_file")
    op.drop_table("import_file")
    op.drop_table("division")
    op.drop_table("tenant")
    op.drop_table("subject_hold")
    op.drop_table("sign_in_throttle")
    op.drop_table("policy_version")
    op.drop_table("personal_value")
    op.drop_table("login_name")
    op.drop_table("journal_head")
    op.drop_table("idempotency_key")
    op.drop_table("funded_project")
    op.drop_table("fund_line")
    op.drop_table("entity")
    op.drop_table("document_number")
    op.drop_table("award_right")
    op.drop_table("allocation_notice")
