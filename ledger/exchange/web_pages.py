"""The blueprint of the workbooks: official templates and imports."""

from __future__ import annotations

from flask import Blueprint

from ledger.http.locale import say_again

pages = Blueprint("exchange", __name__)
# A report keeps its faults and warnings as text.
pages.add_app_template_filter(say_again, "said")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
