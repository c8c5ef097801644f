"""Ledger files in, checked tables out."""

from analysis.intake.ledger import Intake, take_in

__all__ = ["Intake", "take_in"]
