"""Make `.venv`, install the locked requirements and compile the translations, each only when it has changed.

Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def locks(with_tests: bool) -> list[Path]:
    """The lock files that the environment must match."""
    names = ["requirements.txt", *(["requirements-dev.txt"] if with_tests else [])]
    return [ROOT / name for name in names]


def fingerprint(files: list[Path]) -> str:
    """A hash over the locks: the stamp of an environment that matches them."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def make_venv() -> None:
    """Make the virtual environment unless one is there that runs."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0:
        return
    say("making .venv")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode != 0:
        lines = (made.stdout + made.stderr).strip().splitlines()
        sys.exit(f"the virtual environment could not be made (Debian: apt-get install python3-venv): {lines[:1]}")


def install(files: list[Path]) -> None:
    """Install what the locks say, with their hashes checked."""
    say(f"installing {' and '.join(file.name for file in files)}")
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    for file in files:
        command += ["-r", str(file)]
    if subprocess.run(command).returncode != 0:
        sys.exit("the locked requirements could not be installed: see pip's lines above")


def compile_translations() -> None:
    """Compile the catalogues that are newer than what was compiled of them: a fresh clone has none compiled."""
    stale = [po for po in ROOT.glob("translations/*/LC_MESSAGES/*.po") if is_newer(po, po.with_suffix(".mo"))]
    if stale and subprocess.run([PYTHON, ROOT / "scripts/translations.py", "compile"]).returncode != 0:
        sys.exit("the translations could not be compiled: see the lines above")


def is_newer(source: Path, made: Path) -> bool:
    """Whether `made` is missing or older than its source."""
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def say(text: str) -> None:
    """One line on the error stream: standard output belongs to the command that follows."""
    sys.stderr.write(f"{text}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests and checks need")
    with_tests = parser.parse_args().tests
    files = locks(with_tests)
    stamp = VENV / ("tests.stamp" if with_tests else "run.stamp")
    wanted = fingerprint(files)
    if not (PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == wanted):
        make_venv()
        install(files)
        stamp.write_text(wanted, encoding="ascii")
    compile_translations()


if __name__ == "__main__":
    main()
