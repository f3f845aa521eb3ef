"""Fixtures of this folder."""

from tests.fixtures_money import make

__all__ = ["make"]
