"""Wording guards: what a finished text may not say, checked on the rendered document with the facts behind its figures."""

from analysis.wording.guards import amounts, claims, direction, parts, percent, ranks, scope  # noqa: F401  each registers its checks
from analysis.wording.guards.book import CHECKS, WHOLE, Rule, rules
from analysis.wording.guards.mend import Mended, mend
from analysis.wording.guards.watch import Violation, check, enforce

__all__ = ["CHECKS", "WHOLE", "Mended", "Rule", "Violation", "check", "enforce", "mend", "rules"]
