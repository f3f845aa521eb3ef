"""What every answer tells the browser: what may run, what may be kept, how it likes to read."""

from __future__ import annotations

import secrets
from functools import cache
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

HTMX_LOCAL = "vendor/htmx.min.js"

PREFERENCES: dict[str, tuple[str, ...]] = {
    "unit": ("yuan", "wan"),
    "theme": ("auto", "light", "dark"),
    "lang": ("zh", "en"),
    "density": ("normal", "compact"),
    "keys": ("on", "off"),
}
"""How a person likes to read; the first value is the default. Never changes an input or a stored amount."""

_NONCE = "{nonce}"
_YEAR_SECONDS = 365 * 24 * 3600
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def csp_nonce() -> str:
    """The nonce of this request's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def htmx_cdn() -> str | None:
    """Where htmx is fetched from, or None when the local copy serves alone."""
    address = current_app.config.get("HTMX_URL")
    return str(address) if address else None


def htmx_sri() -> str:
    """The hash that the script from the CDN must have."""
    return str(current_app.config["HTMX_INTEGRITY"])


def preference(name: str) -> str:
    """The reader's choice of `name`: asked for in this request, else remembered, else the default."""
    # Looked up once a request: every amount of a page asks for its unit, and behind the proxy that is quicker.
    known = g._get_current_object()
    chosen = known.get("preferences")
    if chosen is None:
        chosen = known.preferences = {each: _chosen(each, allowed) for each, allowed in PREFERENCES.items()}
    return str(chosen[name])


def _chosen(name: str, allowed: tuple[str, ...]) -> str:
    for value in (request.args.get(name), request.cookies.get(name)):
        if value in allowed:
            return str(value)
    return allowed[0]


def content_security_policy(nonce: str, cdn: str | None) -> str:
    """The policy of every answer; the CDN's host is named only while the CDN is on."""
    return _policy(cdn).replace(_NONCE, nonce)


@cache
def _policy(cdn: str | None) -> str:
    scripts = ["'self'", f"'nonce-{_NONCE}'"]
    if cdn:
        parts = urlsplit(cdn)
        scripts.append(f"{parts.scheme}://{parts.netloc}")
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(scripts)}",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _is_static() -> bool:
    return (request.endpoint or "").split(".")[-1] == "static"


def _add(response: Response) -> Response:
    headers = response.headers
    for name, value in _FIXED.items():
        headers.setdefault(name, value)
    # What is no page of ours, but a file that somebody handed in, has brought a stricter one.
    headers.setdefault("Content-Security-Policy", content_security_policy(csp_nonce(), htmx_cdn()))
    if current_app.config["SETTINGS"].is_production:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
    if not _is_static():
        # Amounts must not stay in a shared browser; Back asks the server again.
        headers["Cache-Control"] = "no-store"
        if "Vary" in headers:
            response.vary.update(("HX-Request", "Cookie"))
        else:
            headers["Vary"] = "HX-Request, Cookie"
        if request.method == "GET" and request.args:
            _remember(response)
    return response


def _remember(response: Response) -> None:
    for name, allowed in PREFERENCES.items():
        value = request.args.get(name)
        if value in allowed:
            secure = bool(current_app.config.get("SESSION_COOKIE_SECURE"))
            response.set_cookie(name, str(value), max_age=_YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax")


def add_headers(app: Flask) -> None:
    """Send the headers with every answer, and give templates the nonce and the source of htmx."""
    app.after_request(_add)
    app.jinja_env.globals.update(
        csp_nonce=csp_nonce,
        htmx_cdn=htmx_cdn,
        htmx_sri=htmx_sri,
        htmx_local=HTMX_LOCAL,
        preference=preference,
    )
