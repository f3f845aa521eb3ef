"""How templates are compiled: once for each language, with what is constant in them said already.

A page has a hundred marked texts, and looking each of them up for each reader costs more than
the database. A text that stands as a constant in a template is therefore replaced when the
template is compiled; one that is put together at run time is still looked up then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from flask import Flask, current_app, request
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from ledger.http import locale

Render = Callable[[Context], Iterator[str]]


class SpeakingTemplate(Template):
    """A template whose macros are made once: no template here has globals that another one lacks."""

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: Any, globals: Any) -> Template:  # noqa: A002  Jinja's name
        made = super()._from_namespace(environment, namespace, globals)
        made.root_render_func = _in_one_piece(made.root_render_func)
        made.blocks = {name: _in_one_piece(block) for name, block in made.blocks.items()}
        return made

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002  Jinja's argument
        # With the context Jinja would compare all names of both on each import.
        return super()._get_default_module(None)


def _in_one_piece(render: Render) -> Render:
    """Hand on what a part draws at once: its hundreds of pieces need not pass through every part around it."""

    def joined(context: Context) -> Iterator[str]:
        yield "".join(render(context))

    return joined


class SpeakingEnvironment(Environment):
    """Flask's environment with one overlay for each language, chosen by the language of the request."""

    template_class = SpeakingTemplate
    language: str | None = None
    _overlays: dict[str, SpeakingEnvironment]

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self._overlays = {}

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002  Jinja's name for it
        # Asked of an overlay too: a part that is included may be in another language than its page.
        return Environment._load_template(self._speaking(locale.language()), name, globals)

    def _speaking(self, language: str) -> SpeakingEnvironment:
        if language not in self._overlays:
            made = self.overlay()
            made.language = language
            self._overlays[language] = made
        return self._overlays[language]

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        if self.language is not None and escapes:
            source = _Saying(self.language).visit(source)
        code = super()._generate(source, name, filename, defer_init)
        return code.replace("\n", f"\nfrom {__name__} import escaped as escape\n", 1) if escapes else code


_has_mark = re.compile("[&<>'\"]").search


def escaped(value: Any) -> str:
    """What `markupsafe.escape` makes of a value; plain text without a mark, which most is, goes as it is."""
    kind = type(value)
    if kind is Markup or (kind is str and not _has_mark(value)):
        plain: str = value
        return plain
    return escape(value)


class _Saying(NodeTransformer):
    """Puts the text in place of each `_("text")`, and its places in place of `_("text %(n)s", n=…)`.

    Exactly what Jinja's own `_` does when it is called: the text is markup, its values are escaped.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802  Jinja's naming
        # What stands in such a block may be in another language: it is looked up when it is drawn.
        is_spoken_otherwise = isinstance(node.call.node, nodes.Name) and node.call.node.name == "in_chinese"
        return node if is_spoken_otherwise else self.generic_visit(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  Jinja's naming
        self.generic_visit(node)
        if not _is_marked(node):
            return node
        text = locale.in_language(self.language, node.args[0].as_const())
        if not node.kwargs:
            return nodes.MarkSafe(nodes.Const(text % {}), lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs]
        return nodes.Mod(nodes.MarkSafe(nodes.Const(text)), nodes.Dict(values), lineno=node.lineno)


def _is_marked(node: nodes.Call) -> bool:
    return (
        isinstance(node.node, nodes.Name)
        and node.node.name == "_"
        and len(node.args) == 1
        and isinstance(node.args[0], nodes.Const)
        and isinstance(node.args[0].value, str)
        and node.dyn_args is None
        and node.dyn_kwargs is None
    )


def register(app: Flask) -> None:
    """Let `app` compile its templates so; called before anything asks for its environment."""
    app.jinja_environment = SpeakingEnvironment  # type: ignore[assignment]
    app.jinja_env.globals["url_for"] = _url_for


def _url_for(endpoint: str, **values: Any) -> str:
    """Flask's `url_for`; where a file lies is looked up once."""
    if values.keys() == {"filename"}:
        return _file_url(request.script_root, endpoint, values["filename"])
    return current_app.url_for(endpoint, **values)


@cache
def _file_url(_script_root: str, endpoint: str, filename: str) -> str:
    return current_app.url_for(endpoint, filename=filename)
