"""How well a colour is seen."""

from __future__ import annotations


def contrast(colour: str, background: str) -> float:
    """The contrast of two colours as WCAG 2 defines it, 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def shares(colour: str) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 1."""
    red, green, blue = (part / 255 for part in bytes.fromhex(colour.removeprefix("#")))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in shares(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
