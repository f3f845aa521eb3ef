"""The check of each file by a command of the office's own, such as a virus scanner."""

from __future__ import annotations

import shlex
import subprocess  # nosec B404
from typing import Final

from ledger.domain.errors import Unavailable, WrongType
from ledger.domain.evidence import Evidence

LONGEST_SECONDS: Final = 60
_COMMANDS: Final[list[str]] = []


def configure(command: str | None) -> None:
    """Ask `command` about each file from now on; None asks nobody."""
    _COMMANDS[:] = [] if command is None else [command]


def check(evidence: Evidence) -> None:
    """Give the file to the command on its standard input; exit 0 lets it through.

    Raises:
        WrongType: exit 1. Unavailable: any other end, or none in time: what was not looked at is not kept.
    """
    for command in _COMMANDS:
        try:
            # The command is the operator's own setting; nothing of the file or its name is in it.
            done = subprocess.run(
                shlex.split(command),
                input=evidence.content(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=LONGEST_SECONDS,
                check=False,
            )  # nosec B603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _silent() from error
        if done.returncode == 1:
            raise WrongType("安全检查没有通过这个文件，没有保存。请确认文件来源，或联系管理员。")
        if done.returncode != 0:
            raise _silent()


def _silent() -> Unavailable:
    return Unavailable("安全检查程序没有应答，文件没有保存。请稍后重试，或联系管理员。")
