"""Fixtures of this folder."""

import pytest

from tests.changes.reporting import Reports
from tests.factories import Factory
from tests.fixtures_money import make

__all__ = ["make", "reports"]


@pytest.fixture
def reports(make: Factory) -> Reports:
    """Makes change reports of one tenant."""
    return Reports(make)
