"""Tasks, targets, guidance and the score sheet (domain §1.4, §7)."""
