"""Decisions only: the Measures as code, on the standard library alone."""
