"""What is handed to others: bundles verified elsewhere, one district's share, and the log of all of it."""
