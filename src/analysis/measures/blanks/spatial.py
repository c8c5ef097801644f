"""Do high blank rates lie beside each other? Moran's I of townships with unequal numbers of units, and where the clusters are.

The rates are standardised for their denominators first (after Assunção and Reis 1999, with the binomial variance of ``shrink``: a rate near one
half is no rare event), neighbours share a border or a corner (Queen), significance comes from random permutations with a fixed seed, and the local tests are held to a false discovery rate: with sixty
townships three would look special by chance alone. All of it describes; it explains nothing.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np

from analysis.measures.blanks.shrink import shrink

HIGH, LOW = "high", "low"


@dataclass(frozen=True)
class Pattern:
    """``index`` Moran's I, ``p_value`` by permutation (two-sided).

    ``clusters`` code → high | low (a place among its like); ``islands`` codes without neighbour.

    ``reason`` says, in Chinese, why nothing was tested; then all else is empty.
    """

    index: float | None = None
    p_value: float | None = None
    tested: int = 0
    clusters: dict[str, str] = field(default_factory=dict)
    islands: tuple[str, ...] = ()
    reason: str = ""


def pattern(
    shapes: gpd.GeoDataFrame | None, parts: dict[str, int], wholes: dict[str, int], least: int, permutations: int, seed: int, significance: float
) -> Pattern:
    """Test the rates ``parts / wholes`` of the places of ``shapes`` (``code``, geometry) for spatial clustering.

    Places without units or figures take no part; ``least`` is how many must be left.
    """
    if shapes is None or not len(shapes):
        return Pattern(reason="没有乡镇街道界线，不作空间检验")
    known = shapes[shapes["code"].map(lambda code: wholes.get(code, 0) > 0)].sort_values("code", ignore_index=True)
    if len(known) < least:
        return Pattern(reason=f"能算率的乡镇街道只有{len(known)}个，不足{least}个，不作空间检验")
    neighbours = _queen(known)
    islands = tuple(known["code"].iloc[i] for i in neighbours.islands)
    joined = known.drop(index=neighbours.islands).reset_index(drop=True)
    if len(joined) < least:
        return Pattern(islands=islands, reason=f"彼此相邻的乡镇街道只有{len(joined)}个，不足{least}个，不作空间检验")
    codes = joined["code"].tolist()
    k, n = (np.array([source[code] for code in codes], dtype=float) for source in (parts, wholes))
    if k.sum() in (0, n.sum()) or np.ptp(k / n) == 0:
        return Pattern(islands=islands, reason="各乡镇街道的率没有差别，不作空间检验")
    return _tested(codes, k, n, _queen(joined), islands, permutations, seed, significance)


def _queen(shapes: gpd.GeoDataFrame):
    from libpysal.weights import Queen  # half a second to import, needed by one document

    return Queen.from_dataframe(shapes, use_index=False, silence_warnings=True)


def _tested(codes, k, n, neighbours, islands, permutations, seed, significance) -> Pattern:
    from esda import Moran, Moran_Local, fdr

    rates = standardised(k, n)
    with _seeded(seed):
        whole = Moran(rates, neighbours, permutations=permutations)
    with warnings.catch_warnings():  # Moran_Local has no parameter for what this warning asks to be set
        warnings.filterwarnings("ignore", "The alternative hypothesis for conditional randomization", DeprecationWarning)
        local = Moran_Local(rates, neighbours, permutations=permutations, seed=seed, keep_simulations=False)
    p_values = np.minimum(1.0, 2 * local.p_sim)  # esda's are one-sided
    bound = fdr(p_values, significance)
    clusters = {code: HIGH if quadrant == 1 else LOW for code, p, quadrant in zip(codes, p_values, local.q, strict=True) if p <= bound and quadrant in (1, 3)}
    return Pattern(float(whole.I), float(min(1.0, 2 * whole.p_sim)), len(codes), clusters, islands)


def standardised(parts: np.ndarray, wholes: np.ndarray) -> np.ndarray:
    """Return each place's rate less the overall rate, in standard deviations that a place of its size would show."""
    made = shrink(parts, wholes)
    chance = made.overall * (1 - made.overall)
    deviation = np.sqrt(made.between + (chance - made.between) / wholes)
    return (parts / wholes - made.overall) / deviation


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Fix numpy's global generator, which Moran's permutations draw from, and give it back as it was."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(state)
