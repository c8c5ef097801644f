"""A figure traced to the rows behind it."""
