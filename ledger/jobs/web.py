"""Pages of this slice."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("jobs", __name__)
