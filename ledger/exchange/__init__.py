"""Workbooks in and out: what comes from outside is checked before it is opened."""
