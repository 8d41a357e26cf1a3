"""The colours of cards and pictures: each value stands here once, and so does what it means.

They are written ``#RRGGBB``. Those of the pictures are Okabe and Ito's, told apart with
colour-blind eyes, lightened where they are too dark for the background.
"""

from __future__ import annotations

from typing import Final

from core.scoring.advice import Strategy

ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#14B88A"
YELLOW: Final = "#F0E442"
BLUE: Final = "#7A9BFF"
RED: Final = "#FF7043"
PINK: Final = "#DE8FBE"
WHITE: Final = "#FFFFFF"

# What everything is drawn on and written in.
BACKGROUND: Final = "#1E1F22"
PANEL: Final = "#2B2D31"
GRID: Final = "#43464D"
TEXT: Final = "#F2F3F5"
QUIET_TEXT: Final = "#B5BAC1"

# A score, at the edge of its card and in its picture.
STRATEGY_COLOURS: Final = {
    Strategy.AVANT_GARDE: GREEN,
    Strategy.BALANCED: SKY,
    Strategy.STABILITY: ORANGE,
}
NO_SCORE: Final = QUIET_TEXT
# The edges of cards without a score and of all other cards: Discord's light grey and gold.
CARD_WITHOUT_SCORE: Final = "#979C9F"
CARD: Final = "#F1C40F"

# The laps of a run.
LAP: Final = TEXT
FASTEST: Final = YELLOW
LAST: Final = BLUE
MISTAKE: Final = RED
NOT_COUNTING: Final = QUIET_TEXT
# Where a racer repeats a lap: a little to either side of their median.
STRIPE: Final = BLUE
