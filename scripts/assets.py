"""Fetch the browser assets with npm and put htmx into `static/vendor`, its hash checked."""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import config  # noqa: E402

FETCHED = ROOT / "node_modules" / "htmx.org" / "dist" / "htmx.min.js"
SERVED = ROOT / "static" / "vendor" / "htmx.min.js"


class NoAssets(Exception):
    """npm is missing or failed; the text is one line."""


def integrity(file: Path) -> str:
    """The file's hash as a browser compares it (subresource integrity)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(file.read_bytes()).digest()).decode("ascii")


def fetch() -> None:
    """Install what package-lock.json pins, without running anything of the packages.

    Raises:
        NoAssets: npm is not there, or could not install.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise NoAssets("npm is not installed")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise NoAssets(f"npm ci failed ({lines[-1] if len(lines) == 1 else lines[0]})")


def copy() -> None:
    """Serve the fetched file, but only if it is the very file whose hash the pages pin."""
    found = integrity(FETCHED)
    if found != config.HTMX_INTEGRITY:
        sys.exit(f"htmx.min.js has the hash {found}, but config.py pins {config.HTMX_INTEGRITY}: nothing was copied")
    SERVED.parent.mkdir(parents=True, exist_ok=True)
    # Copied beside and renamed: a page that loads meanwhile never gets half a script.
    draft = SERVED.with_name(f".{SERVED.name}.{os.getpid()}")
    shutil.copyfile(FETCHED, draft)
    draft.replace(SERVED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--required", action="store_true", help="fail when npm cannot fetch them")
    required = parser.parse_args().required
    if SERVED.exists() and integrity(SERVED) == config.HTMX_INTEGRITY:
        return
    try:
        fetch()
    except NoAssets as error:
        if required:
            sys.exit(f"{error}: install Node.js with npm (Debian: apt-get install npm), then try again")
        # A local file that is not the pinned one must not stand in for it.
        SERVED.unlink(missing_ok=True)
        sys.stderr.write(f"{error}: no local copy of htmx, the CDN alone serves it\n")
        return
    copy()


if __name__ == "__main__":
    main()
