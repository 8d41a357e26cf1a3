"""Rounding once, half to even, from the exact value: the same digits on every machine."""

from __future__ import annotations

from math import isqrt


def round_half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to numerator / denominator; halves go to the even one.

    Args:
        numerator: Any whole number.
        denominator: Above 0.
    """
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2))


def round_less_root(minuend: int, radicand: int, denominator: int) -> int:
    """(minuend − √radicand) / denominator, rounded half to even from the exact value.

    Args:
        minuend: Any whole number.
        radicand: 0 or more.
        denominator: Above 0.
    """
    root = isqrt(radicand)
    if root * root == radicand:
        return round_half_even(minuend - root, denominator)
    # Irrational, so never half-way: ⌊value + ½⌋, where the root of 4·radicand lies strictly
    # between its integer part and the next integer.
    return (2 * minuend + denominator - isqrt(4 * radicand) - 1) // (2 * denominator)


def round_root(radicand: int, denominator: int) -> int:
    """√radicand / denominator, rounded half to even from the exact value.

    Args:
        radicand: 0 or more.
        denominator: Above 0.
    """
    root = isqrt(radicand)
    if root * root == radicand:
        return round_half_even(root, denominator)
    return (isqrt(4 * radicand) + denominator) // (2 * denominator)
