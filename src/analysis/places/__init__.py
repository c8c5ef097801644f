"""Polygons and points: what a district is, and where a unit lies."""
