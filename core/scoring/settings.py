"""Settings of the car, told by what racers note when they change something.

A note opens a setting that lasts until the racer's next note in that class, track and session.
Before the first one the car is as it was. Equal notes are one setting, and ``back`` means the one
before the last change.

Definition: ORP specification, "Did it help?", 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.names import clean_text

AS_IT_WAS: Final = "as it was"
BACK: Final = "back"


@dataclass(frozen=True, slots=True)
class Changed:
    """The last change of the car.

    Attributes:
        before: The setting that was left.
        after: The setting since then.
    """

    before: str
    after: str


def settings_of(notes: Sequence[str | None]) -> list[str]:
    """The setting that each run was driven with.

    Args:
        notes: What was noted at each run of one racer in one class, track and session, in the
            order driven; None where nothing was.

    Returns:
        One for each run: a note as it was written first, or ``as it was``. Case, blanks at the
        ends and how many blanks there are make no difference; a hyphen does, it may be a minus.
    """
    spellings = {setting_key(AS_IT_WAS): AS_IT_WAS}
    setting = before = AS_IT_WAS
    found = []
    for note in notes:
        key = setting_key(note or "")
        if key == BACK:
            setting, before = before, setting
        elif key:
            opened = spellings.setdefault(key, clean_text(note or ""))
            if opened != setting:
                setting, before = opened, setting
        found.append(setting)
    return found


def last_change(settings: Sequence[str]) -> Changed | None:
    """The last two settings, in the order they were driven; None where there was but one.

    Args:
        settings: The setting of each run, in the order driven.
    """
    for earlier in reversed(settings):
        if earlier != settings[-1]:
            return Changed(before=earlier, after=settings[-1])
    return None


def lasts_until(settings: Sequence[str], at: int) -> int:
    """How many runs had been driven when the setting of one of them was changed.

    Args:
        settings: The setting of each run, in the order driven.
        at: Which run, from 0.

    Returns:
        The place behind the last run of that stretch: all of them where nothing was changed since.
    """
    later = (place for place in range(at, len(settings)) if settings[place] != settings[at])
    return next(later, len(settings))


def setting_key(note: str) -> str:
    """What equal notes have in common."""
    return clean_text(note).casefold()
