"""Answers about a racer's profile."""

from __future__ import annotations

from bot.render.advice import tone_words
from bot.render.answer import Answer
from bot.render.phrases import bold
from bot.render.text import plain
from core.results.profile import ProfileInfo


def profile(info: ProfileInfo) -> Answer:
    """Show a racer's profile, as it stands or after a change."""
    level = info.experience_level
    whose = "Your profile" if info.is_self else f"Profile of {bold(info.racer.name)}"
    lines = [
        f"✅ Saved. {whose}:" if info.changed else f"{whose}:",
        (
            f"Experience **{level.value}**: {tone_words(level.bias.tone)} (consistency "
            f"{level.bias.consistency:.0%}, speed {level.bias.speed:.0%})"
        ),
        f"Driving style: {plain(info.driving_style) if info.driving_style else 'not set'}",
        f"Name on LiveRC: {plain(info.driver_name) if info.driver_name else 'not set'}",
    ]
    if info.is_self and not info.changed:
        lines.append("Change it with `/profile experience: … driving_style: … driver_name: …`.")
    return Answer("\n".join(lines))
