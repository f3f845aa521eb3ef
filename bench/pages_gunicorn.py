"""The product's own settings of gunicorn for the bare side, without the product's checks before it starts."""

from __future__ import annotations

import runpy
from pathlib import Path

_OWN = runpy.run_path(str(Path(__file__).resolve().parent.parent / "gunicorn.conf.py"))

worker_class = _OWN["worker_class"]
workers = _OWN["workers"]
threads = _OWN["threads"]
preload_app = _OWN.get("preload_app", False)
timeout = _OWN["timeout"]
control_socket_disable = True
