"""Codes of GB 32100-2015 for units and unions that do not exist.

The six digits of the registration authority are always 980xxx or 000000.
No authority has those, so a code made here can never be that of a real body.
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def body_digit(body: str) -> str:
    """Check character of the nine-character body (GB 11714)."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, BODY_WEIGHTS, strict=True))
    digit = (11 - total % 11) % 11
    return "X" if digit == 10 else str(digit)


def check_digit(first_seventeen: str) -> str:
    """Last character of the eighteen."""
    pairs = zip(first_seventeen, WEIGHTS, strict=True)
    total = sum(ALPHABET.index(char) * weight for char, weight in pairs)
    return ALPHABET[-total % 31]


def make_code(prefix: str, region: str, serial: int) -> str:
    """One whole code. The serial alone makes it unique."""
    if not (region.startswith("980") or region == "000000"):
        raise ValueError(f"{region} could be a real registration authority")
    # A fixed stride scatters the serials: consecutive codes look made up at a glance.
    body = f"{(serial * 7_654_321 + 13_579) % 100_000_000:08d}"
    head = prefix + region + body + body_digit(body)
    return head + check_digit(head)


def spoil(code: str) -> str:
    """The same code with a wrong last character."""
    return code[:17] + ALPHABET[(ALPHABET.index(code[17]) + 5) % 31]
