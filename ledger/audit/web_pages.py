"""The blueprint of the pages that see the whole: work, pilots with their money, totals."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("audit", __name__)
