"""Codes to scan on printed forms: drawn into the page as SVG, which the policy of styles lets through."""

from __future__ import annotations

from functools import lru_cache

import segno
from flask import Flask, request
from markupsafe import Markup

_MASK = 2
"""Any mask is read; trying all eight for the most even one takes ten times as long as a page has."""
_BORDER = 2
"""Light modules around the code; the paper around it gives the rest of the four that scanners ask for."""


@lru_cache(maxsize=256)
def qr(text: str) -> Markup:
    """`text` as a QR code of black on white; its size is the style sheet's."""
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=_MASK)
    drawn = code.svg_inline(border=_BORDER, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    # Modules alone: no part of the text is written into the SVG.
    drawn = drawn.replace("<svg ", '<svg role="presentation" focusable="false" ', 1)
    return Markup(drawn)  # nosec B704


def address(path: str) -> str:
    """A path of ours with the host that the reader knows us by: what a code on paper must hold."""
    return request.host_url.rstrip("/") + path


def register(app: Flask) -> None:
    """Give both to every template."""
    app.jinja_env.globals.update(qr=qr, address=address)
