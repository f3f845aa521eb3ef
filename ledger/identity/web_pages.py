"""The blueprint of signing in, one's own pages, and the administrator's."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("identity", __name__)
