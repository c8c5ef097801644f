"""Empirical Bayes rates: a rate of few units is drawn towards the rate of all, so that three units without a union do not head the list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Shrunk:
    """``rates`` smoothed, one a place (NaN without units); ``weights`` how much of each place's own rate is kept (0–1);
    ``overall`` the merged rate, ``between`` the variance of the true rates between places."""

    rates: np.ndarray
    weights: np.ndarray
    overall: float
    between: float


def shrink(parts: np.ndarray, wholes: np.ndarray) -> Shrunk:
    """Shrink binomial rates towards the overall rate by the method of moments (Marshall 1991, with the binomial variance in place of Poisson's).

    The places' true rates are taken to vary around the overall rate m with a variance A; a place of n units keeps w = A / (A + (m(1−m) − A) / n).
    A is estimated from the weighted spread of the observed rates less what chance alone would give, and is never below zero.

    Parameters
    ----------
    parts, wholes : integers, shape (places,); 0 ≤ parts ≤ wholes
    """
    k, n = np.asarray(parts, dtype=float), np.asarray(wholes, dtype=float)
    total = n.sum()
    own = np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0)
    if not total:
        return Shrunk(own, np.zeros(len(n)), float("nan"), 0.0)
    mean = k.sum() / total
    spread = mean * (1 - mean)
    known = n > 0
    observed = float((n[known] * (own[known] - mean) ** 2).sum())
    # E[observed] = spread · (places − 1) + A · (total − Σn²/total − places + 1)
    scale = total - (n**2).sum() / total - known.sum() + 1
    between = max(0.0, (observed - spread * (known.sum() - 1)) / scale) if scale > 0 else 0.0
    between = min(between, spread)
    noise = np.divide(spread - between, n, out=np.full(len(n), np.inf), where=known)
    weights = np.divide(between, between + noise, out=np.zeros(len(n)), where=known & (between > 0))
    rates = np.where(known, mean + weights * (np.where(known, own, 0.0) - mean), np.nan)
    return Shrunk(rates, weights, float(mean), between)
