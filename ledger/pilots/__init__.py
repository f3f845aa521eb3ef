"""Pilots: entities, designation and projects."""
