"""Ledger files in, checked tables out."""

from analysis.intake.ledger import Intake, take_in, with_headcount_jumps

__all__ = ["Intake", "take_in", "with_headcount_jumps"]
