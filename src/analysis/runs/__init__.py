"""What is run, where, and its record."""
