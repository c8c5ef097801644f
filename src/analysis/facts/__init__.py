"""The register of facts: every figure that may be said, shown or drawn."""

from analysis.facts.fact import BLANKS, CHANGES, RESIDUAL, Fact, round_half_up
from analysis.facts.register import Register

__all__ = ["BLANKS", "CHANGES", "RESIDUAL", "Fact", "Register", "round_half_up"]
