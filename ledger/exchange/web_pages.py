"""The blueprint of the workbooks: official templates and imports."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("exchange", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
