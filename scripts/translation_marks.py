"""Find the texts of a Python module that a person reads: those marked for gettext, refusals, and names.

The domain knows no language, so it marks nothing. What it says is found by its place instead:
the template of a refusal, a whole Chinese sentence, or a label in a table of names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from io import BufferedIOBase
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REFUSALS = ROOT / "ledger/domain/errors.py"
MARKS = {"_": 1, "gettext": 1, "lazy_gettext": 1, "ngettext": 2}
"""The functions that mark a text, and how many of their first arguments are texts."""
NAMES = re.compile(r"[A-Z_]*(NAMES|LABELS|TITLES|RULES)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
Found = tuple[int, str, str | tuple[str, ...], list[str]]


def marked(file: BufferedIOBase, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:  # noqa: ARG001
    """An extractor as pybabel calls it: line, function, text or texts, comments; in the order of the lines."""
    tree = ast.parse(file.read())
    refusals = refusal_classes()
    found = {(line, texts) for node in ast.walk(tree) for line, texts in _texts(node, refusals)}
    said = {text for _line, texts in found for text in texts}
    silent = _unsaid(tree)
    for node in ast.walk(tree):
        text = _formatted(node) if isinstance(node, ast.JoinedStr) else _chinese(node)
        if text.endswith("。") and id(node) not in silent and text not in said:
            found.add((node.lineno, (text,)))  # type: ignore[attr-defined]  # an expression has its line
    for line, texts in sorted(found):
        yield line, "ngettext" if len(texts) > 1 else "gettext", texts if len(texts) > 1 else texts[0], []


def refusal_classes() -> frozenset[str]:
    """The names of the domain's refusals."""
    tree = ast.parse(REFUSALS.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.ClassDef))


def _texts(node: ast.AST, refusals: Collection[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    if isinstance(node, ast.Call):
        name = _name(node.func)
        if name in MARKS:
            texts = tuple(text for each in node.args[: MARKS[name]] if (text := _text(each)))
            if texts:
                yield node.lineno, texts
        elif name in refusals and node.args:
            for each in ast.walk(node.args[0]):
                if text := _chinese(each):
                    yield node.lineno, (text,)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(NAMES.fullmatch(_name(target)) for target in targets):
            yield from _labels(node.value)


def _labels(node: ast.AST) -> Iterator[tuple[int, tuple[str, ...]]]:
    for each in ast.walk(node):
        if text := _chinese(each):
            yield each.lineno, (text,)  # type: ignore[attr-defined]  # a constant has its line


def _unsaid(tree: ast.AST) -> set[int]:
    """Bare texts, such as docstrings, and the pieces of formatted ones."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return bare | {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}


def _formatted(node: ast.JoinedStr) -> str:
    """A formatted text as a template, its values named `{a}`, `{b}`…: a page finds it again by its words."""
    texts = [_text(piece) for piece in node.values]
    if not CHINESE.search("".join(texts)):
        return ""
    names = count(ord("a"))
    return "".join(text or f"{{{chr(next(names))}}}" for text in texts)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _chinese(node: ast.AST) -> str:
    text = _text(node)
    return text if CHINESE.search(text) else ""
