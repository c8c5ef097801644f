"""Small-cell suppression for readers outside, and its own check (domain §9.2)."""
