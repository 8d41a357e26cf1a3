"""Answers about profiles and teams, and what is said when something cannot be done."""

from __future__ import annotations

from hypothesis import given

from bot.render.errors import apology, refusal
from bot.render.profile import profile
from bot.render.team import team, team_changed
from core.caller import Person
from core.results.profile import ProfileInfo
from core.results.team import TeamInfo
from core.scoring.advice import ExperienceLevel

from .build import nasty_texts
from .checks import assert_fits, assert_harmless


def test_a_profile() -> None:
    own = ProfileInfo(
        Person(1, "Max"), ExperienceLevel.SPORTSMAN, None, "Max M.", is_self=True, changed=False
    )
    assert profile(own).content == (
        "Your profile:\n"
        "Experience **Sportsman**: repeat the lap first, speed follows "
        "(consistency 80%, speed 20%)\n"
        "Driving style: not set\n"
        "Name on LiveRC: Max M.\n"
        "Change it with `/profile experience: … driving_style: … driver_name: …`."
    )


def test_a_changed_profile_of_another_racer() -> None:
    changed = ProfileInfo(
        Person(1, "Max_M"),
        ExperienceLevel.PRO,
        "smooth",
        None,
        is_self=False,
        changed=True,
    )
    lines = profile(changed).content.split("\n")
    assert lines == [
        "✅ Saved. Profile of **Max\\_M**:",
        "Experience **Pro**: pace first, hold it (consistency 30%, speed 70%)",
        "Driving style: smooth",
        "Name on LiveRC: not set",
    ]


def test_a_team_that_has_set_nothing() -> None:
    assert team(TeamInfo(None, None, "UTC", 30, ())).content == (
        "**Team settings**\n"
        "Summaries: where a heat is finished; `/team channel` picks one place\n"
        "Crew: Manage Server only; `/team crew` adds a role\n"
        "Time zone: UTC\n"
        "Heats finish by themselves: after 30 minutes without laps"
    )


def test_a_changed_team_with_a_problem() -> None:
    info = TeamInfo(12, 34, "Europe/Berlin", 0, ("I may not post in <#12>: allow Send Messages.",))
    assert team_changed(info).content == (
        "✅ Saved. **Team settings**\n"
        "Summaries: <#12>\n"
        "Crew: <@&34> and Manage Server\n"
        "Time zone: Europe/Berlin\n"
        "Heats finish by themselves: off\n"
        "⚠️ I may not post in <#12>: allow Send Messages."
    )
    assert_fits(team(TeamInfo(12, 34, "UTC", 0, ("too long " * 30,) * 20)))


def test_errors_are_one_sentence() -> None:
    assert refusal("“58_2” (lap 1) is not a lap time: write it like 58.234.").content == (
        "“58\\_2” (lap 1) is not a lap time: write it like 58.234."
    )
    assert apology("1a2b3c").content == (
        "Sorry, that went wrong on our side: try again, and if it keeps happening, tell whoever "
        "runs the bot the reference `1a2b3c`."
    )


@given(nasty_texts)
def test_whatever_is_quoted_is_harmless(typed: str) -> None:
    info = ProfileInfo(
        Person(1, typed), ExperienceLevel.PRO, typed, typed, is_self=False, changed=True
    )
    for answer in (refusal(f"“{typed}” is not a lap time."), refusal(typed * 200), profile(info)):
        assert_fits(answer)
        assert_harmless(answer)
