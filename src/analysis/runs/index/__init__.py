"""The index page of a quarter."""
