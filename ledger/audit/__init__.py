"""Audit: totals, positions, checks and the journal's pages."""
