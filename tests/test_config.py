"""What the environment may say, and what production refuses."""

from __future__ import annotations

import base64
import hashlib
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

import config

SECRET = "a-secret-of-its-own-for-this-test"
PRODUCTION = {"LEDGER_ENV": "production", "LEDGER_SECRET_KEY": SECRET}
POSTGRES = {
    name: f"postgresql://role@localhost/{number}"
    for number, name in enumerate(
        ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PROVINCE_URL", "DATABASE_AUDIT_URL", "DATABASE_SIGNER_URL")
    )
}


def test_production_is_the_default_and_needs_a_secret(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="LEDGER_SECRET_KEY"):
        config.load({}, instance=tmp_path)


def test_production_starts_with_a_secret_of_its_own(tmp_path: Path) -> None:
    settings = config.load(PRODUCTION, instance=tmp_path)
    assert settings.is_production
    assert settings.database_url == f"sqlite:///{tmp_path}/ledger.db"
    assert settings.database_owner_url == settings.database_signer_url == settings.database_url
    assert settings.files == str(tmp_path / "files")
    assert settings.htmx_url == config.HTMX_URL
    assert (settings.port, settings.starts_at, settings.demo_password) == (8000, None, None)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"LEDGER_SECRET_KEY": "secret"}, "LEDGER_SECRET_KEY"),
        ({"LEDGER_SECRET_KEY": "fifteen-letters"}, "LEDGER_SECRET_KEY"),
        ({"LEDGER_NOW": "2026-11-02T09:00:00+08:00"}, "LEDGER_NOW"),
        ({"FLASK_DEBUG": "1"}, "debug"),
        (POSTGRES | {"DATABASE_PROVINCE_URL": ""}, "DATABASE_PROVINCE_URL"),
        (POSTGRES | {"DATABASE_AUDIT_URL": ""}, "DATABASE_AUDIT_URL"),
        (POSTGRES | {"DATABASE_SIGNER_URL": ""}, "DATABASE_SIGNER_URL"),
    ],
)
def test_production_refuses(changed: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match=named) as refused:
        config.load(PRODUCTION | changed, instance=tmp_path)
    assert "\n" not in str(refused.value)


def test_production_refuses_the_secret_that_a_demo_kept(tmp_path: Path) -> None:
    kept = config.keep({}, instance=tmp_path)
    with pytest.raises(config.ConfigError, match="LEDGER_SECRET_KEY"):
        config.load({"LEDGER_ENV": "production"}, instance=tmp_path)
    with pytest.raises(config.ConfigError, match="LEDGER_SECRET_KEY"):
        config.load(PRODUCTION | {"LEDGER_SECRET_KEY": kept["LEDGER_SECRET_KEY"]}, instance=tmp_path)


def test_a_file_written_for_production_is_read_in_production(tmp_path: Path) -> None:
    (tmp_path / "ledger.env").write_text(f"# written by hand\nLEDGER_ENV=production\nLEDGER_SECRET_KEY={SECRET}\n")
    assert config.load({}, instance=tmp_path).secret_key == SECRET


def test_what_is_kept_fills_in_and_the_environment_wins(tmp_path: Path) -> None:
    kept = config.keep({}, instance=tmp_path)
    assert set(kept) == {"LEDGER_ENV", "LEDGER_SECRET_KEY", "LEDGER_DEMO_PASSWORD", "DATABASE_URL"}
    settings = config.load({"LEDGER_DEMO_PASSWORD": "given", "PORT": "8123", "HTMX_CDN": ""}, instance=tmp_path)
    assert settings.is_demo
    assert settings.secret_key == kept["LEDGER_SECRET_KEY"]
    assert (settings.demo_password, settings.port) == ("given", 8123)


def test_keeping_again_changes_nothing(tmp_path: Path) -> None:
    first = config.keep({"DATABASE_URL": "sqlite:////somewhere/a.db"}, instance=tmp_path)
    assert first["DATABASE_URL"] == "sqlite:////somewhere/a.db"
    again = config.keep({"DATABASE_URL": "sqlite:////elsewhere/b.db", "LEDGER_DEMO_PASSWORD": "x"}, instance=tmp_path)
    assert again == first
    assert stat.S_IMODE((tmp_path / "ledger.env").stat().st_mode) == 0o600


def test_a_demo_makes_its_secret_and_password_and_keeps_them(tmp_path: Path) -> None:
    first = config.load({"LEDGER_ENV": "demo"}, instance=tmp_path)
    assert first.demo_password
    assert first == config.load({"LEDGER_ENV": "demo"}, instance=tmp_path)


def test_secrets_and_addresses_stay_out_of_the_repr(tmp_path: Path) -> None:
    shown = repr(config.load(PRODUCTION | POSTGRES, instance=tmp_path))
    assert SECRET not in shown
    assert "postgresql" not in shown


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_addresses_name_the_driver(scheme: str, tmp_path: Path) -> None:
    address = f"{scheme}://role:word@[::1]:5433/ledger"
    settings = config.load(PRODUCTION | POSTGRES | {"DATABASE_URL": address}, instance=tmp_path)
    assert settings.database_url == "postgresql+psycopg://role:word@[::1]:5433/ledger"
    assert settings.is_postgresql


def test_a_relative_sqlite_path_is_below_the_instance_folder(tmp_path: Path) -> None:
    settings = config.load(PRODUCTION | {"DATABASE_URL": "sqlite:///books.db"}, instance=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/books.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEDGER_ENV", "staging"),
        ("DATABASE_URL", "mysql://localhost/ledger"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_AUDIT_URL", "postgresql://localhost/ledger"),
        ("HTMX_CDN", "cdn"),
        ("LEDGER_NOW", "yesterday"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "８０００"),
    ],
)
def test_an_unreadable_variable_is_named_in_one_line(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match=name) as refused:
        config.load({"LEDGER_ENV": "test", name: value}, instance=tmp_path)
    assert "\n" not in str(refused.value)


def test_a_broken_line_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.env").write_text("LEDGER_ENV=demo\nnonsense\n")
    with pytest.raises(config.ConfigError, match="line 2"):
        config.load({}, instance=tmp_path)


@pytest.mark.parametrize(
    "text", ["2026-11-02T09:00:00+08:00", "2026-11-02T01:00:00Z", "2026-11-02T09:00:00", "2026-11-02 09:00"]
)
def test_the_clock_starts_at_an_aware_instant(text: str, tmp_path: Path) -> None:
    settings = config.load({"LEDGER_ENV": "test", "LEDGER_NOW": text}, instance=tmp_path)
    assert settings.starts_at == datetime(2026, 11, 2, 1, tzinfo=UTC)
    assert settings.starts_at.tzinfo is UTC


def test_the_cdn_can_be_switched_off(tmp_path: Path) -> None:
    assert config.load({"LEDGER_ENV": "test", "HTMX_CDN": "off"}, instance=tmp_path).htmx_url is None


def test_the_local_htmx_has_the_pinned_hash() -> None:
    local = config.ROOT / "static" / "vendor" / "htmx.min.js"
    digest = hashlib.sha384(local.read_bytes()).digest()
    assert f"sha384-{base64.b64encode(digest).decode()}" == config.HTMX_INTEGRITY


def test_checkpoints_are_kept_beside_the_files(tmp_path: Path) -> None:
    given = {"LEDGER_ENV": "test"}
    assert config.load(given, instance=tmp_path).checkpoints == tmp_path / "checkpoints"
    files = {"LEDGER_FILES": "/srv/ledger/files"}
    assert config.load(given | files, instance=tmp_path).checkpoints == Path("/srv/ledger/checkpoints")
    bucket = {"LEDGER_FILES": "s3://bucket/files"}
    assert config.load(given | bucket, instance=tmp_path).checkpoints == tmp_path / "checkpoints"
    named = {"LEDGER_CHECKPOINTS": "/mnt/notes"}
    assert config.load(given | files | named, instance=tmp_path).checkpoints == Path("/mnt/notes")


@pytest.mark.parametrize("hours", ["0", "-1", "1.5", "9999", "day"])
def test_hours_of_a_checkpoint_are_a_number(tmp_path: Path, hours: str) -> None:
    with pytest.raises(config.ConfigError, match="LEDGER_CHECKPOINT_HOURS"):
        config.load({"LEDGER_ENV": "test", "LEDGER_CHECKPOINT_HOURS": hours}, instance=tmp_path)
