"""The delete-one jackknife: how far a figure would move if the laps had been others.

Formula: √((n − 1)/n · Σ(fᵢ − mean)²), where fᵢ is the figure without lap i (Tukey 1958; Efron and
Stein 1981, *The jackknife estimate of variance*, Annals of Statistics 9). It asks for no shape of
the laps and draws no lots, so the same laps always have the same error.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt


def jackknife_error(without_one: Sequence[float]) -> float:
    """The standard error of a figure.

    Args:
        without_one: The figure with each lap left out in turn, 1 or more.

    Returns:
        0 or more, in the figure's own unit.
    """
    # fsum, because sum adds floats differently from one Python to the next.
    count = len(without_one)
    centre = fsum(without_one) / count
    return sqrt((count - 1) / count * fsum((figure - centre) ** 2 for figure in without_one))
