"""Union building: what unions do once they are founded (domain §2–§5)."""
