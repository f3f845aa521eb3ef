"""The command line in a process of its own; the last line of its error output is the most memory it held, in kB."""

from __future__ import annotations

import sys
from pathlib import Path

from wsgi import app


def main(words: list[str]) -> int:
    """Run `ledger …` as the command line does; its exit code."""
    code = app.cli.main(["ledger", *words], prog_name="flask", standalone_mode=False)
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    sys.stderr.write(f"{peak}\n")
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
