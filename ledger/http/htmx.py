"""One URL, two renderings: the page, or the fragment that htmx asked for."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request


def is_fragment_wanted() -> bool:
    """Whether htmx asked for a part; restoring its history needs the whole page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def is_target(element_id: str) -> bool:
    """Whether htmx will put the answer into the element with this id."""
    return is_fragment_wanted() and request.headers.get("HX-Target") == element_id


def render(page: str, fragment: str, /, *, http_status: int = 200, **context: object) -> Response:
    """Answer with `page`, or with `fragment` alone when htmx asked for it; both take `context`."""
    template = fragment if is_fragment_wanted() else page
    response = make_response(render_template(template, is_fragment=is_fragment_wanted(), **context), http_status)
    response.vary.add("HX-Request")
    return response


def redirect_to(url: str) -> Response:
    """After a write: 303 for a plain form, 204 with `HX-Redirect` for htmx, which cannot follow it by itself."""
    if request.headers.get("HX-Request") != "true":
        return make_response(redirect(url, code=303))
    response = make_response("", 204)
    response.headers["HX-Redirect"] = url
    response.vary.add("HX-Request")
    return response
