"""What every command shares: `--json`, the exit codes, and people by their user names."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from ledger import dispatch
from ledger.domain import money
from ledger.domain.access import SYSTEM, Actor
from ledger.domain.errors import LedgerError, NotFound
from ledger.identity.queries import FindActor

UNSET = "LEDGER_UNSET"
"""Where an application without settings keeps why it has none."""

DONE, REFUSED, WRONG_CALL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command ends with: an object for programs, lines for people, and the exit code."""

    plain: Any
    text: str
    code: int = DONE


class LedgerCommand(click.Command):
    """A command with `--json`: one object on standard output and nothing else, refusals too."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object."))

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        as_json = "--json" in args
        try:
            _check_text(args)
            return super().make_context(info_name, args, *rest, **extra)
        except click.UsageError as error:
            if not as_json:
                raise
            _show(_wrong_call(error), as_json=True)
            raise click.exceptions.Exit(WRONG_CALL) from error

    def invoke(self, ctx: click.Context) -> None:
        as_json = ctx.params.pop("as_json")
        try:
            answer: Answer = super().invoke(ctx)
        except LedgerError as error:
            answer = refusal(error)
        except click.UsageError as error:
            if not as_json:
                raise
            answer = _wrong_call(error)
        _show(answer, as_json=as_json)
        ctx.exit(answer.code)


def _check_text(words: list[str]) -> None:
    for word in words:
        # What the system could not decode arrives as half a character that nothing can store or print.
        if any(unicodedata.category(one) in ("Cc", "Cs") for one in word):
            raise click.UsageError(f"参数 {word!a} 里有控制字符，或不是 UTF-8 文本。请改正后重试。")


def command(name: str, *, needs_settings: bool = True) -> Callable[[Callable[..., Answer]], click.Command]:
    """Make a command of a function that returns its `Answer`; one that makes what settings name needs none."""

    def make(function: Callable[..., Answer]) -> click.Command:
        @wraps(function)
        def checked(*args: Any, **options: Any) -> Answer:
            if needs_settings and (missing := current_app.config.get(UNSET)) is not None:
                raise click.UsageError(missing)
            return function(*args, **options)

        return click.command(name, cls=LedgerCommand)(with_appcontext(checked))

    return make


def person(username: str) -> Actor:
    """The person who acts.

    Raises:
        click.UsageError: there is no such user, or they are deactivated.
    """
    try:
        return dispatch.ask(FindActor(username), SYSTEM)
    except NotFound as error:
        raise click.UsageError(str(error)) from error


def refusal(error: LedgerError) -> Answer:
    """A refusal with its code, its article and its numbers in yuan."""
    said: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.field:
        said["field"] = error.field
    article = getattr(error, "article", None)
    if article is not None:
        said["article"] = article
    said |= {name: money.plain(amount) for name, amount in error.numbers.items()}
    return Answer({"error": said}, f"未办理（{error.code}）：{error}", REFUSED)


def _wrong_call(error: click.UsageError) -> Answer:
    message = error.format_message()
    return Answer({"error": {"code": "usage", "message": message}}, message, WRONG_CALL)


def _show(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer.plain, ensure_ascii=False, indent=1))
    elif answer.text:
        click.echo(answer.text, err=answer.code == REFUSED and "error" in answer.plain)
