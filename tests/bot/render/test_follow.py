"""What is followed, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from bot.limits import CONTENT_LIMIT
from bot.render.follow import following
from bot.render.text import size
from core.caller import Person
from core.results.follow import Followed, Following, Linked
from core.results.refs import SessionRef

ID = UUID(int=7)
AT = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
CUP = Followed(
    id=ID,
    event="Sample Cup",
    address="https://track.liverc.com/results/?p=view_event&id=1",
    session=SessionRef(UUID(int=1), "Club Race"),
    state="active",
    looked_at=AT,
    next_look_at=AT,
    races=12,
    with_members=3,
    unread=0,
    waiting=0,
    came_in_at=AT,
    trouble=None,
    faults=(),
    may_stop=True,
)
ANN, BEN = Person(101, "Ann"), Person(102, "Ben")
ALL = Following((CUP,), (Linked(ANN, "Ann Arbor"),), (BEN,))


def test_nothing_is_followed_says_what_to_type() -> None:
    said = following(Following((), (), ())).content
    assert said == (
        "Nothing is followed. Type `/session follow url:` with the event's page on LiveRC or "
        "MyRCM, and every heat comes in by itself."
    )


def test_what_is_followed_says_how_fresh_it_is_and_who_is_linked() -> None:
    assert following(ALL).content.splitlines() == [
        "📡 **Sample Cup** · for **Club Race**",
        "Looked at <t:1780747200:t> · next <t:1780747200:t> · 12 races read, 3 with you in it",
        "Linked: Ann (Ann Arbor)",
        "Not linked yet: Ben",
        "Type `/profile driver_name:` with the name you race under, as the page has it.",
    ]


def test_how_far_behind_it_is_stands_there() -> None:
    behind = replace(ALL, followed=(replace(CUP, unread=4, waiting=1),))
    assert "behind: 4 races to read and 1 to take in" in following(behind).content


def test_a_begun_one_says_where_laps_go() -> None:
    began = replace(ALL, began=ID, opened_session=True)
    assert following(began).content.startswith(
        "📡 **Sample Cup** is followed for **Club Race**, which is open now: your laps go to "
        "**Club Race**.\nFrom now on every heat with one of you in it comes in by itself"
    )


def test_trouble_and_faults_are_told() -> None:
    troubled = replace(
        CUP, trouble="A page could not be read.", faults=("Buggy A-Main: Ann: laps/time 6/2:00",)
    )
    said = following(replace(ALL, followed=(troubled,))).content
    assert "⚠️ A page could not be read." in said
    assert "Taken in spite of a fault: Buggy A-Main: Ann: laps/time 6/2:00" in said


def test_one_that_is_over_or_lost_says_so() -> None:
    done = replace(CUP, state="done", next_look_at=None)
    assert "its session is closed, all is in" in following(replace(ALL, followed=(done,))).content
    lost = replace(CUP, state="lost", next_look_at=None)
    assert "is looked at no more" in following(replace(ALL, followed=(lost,))).content


def test_a_stopped_one_says_that_all_stays() -> None:
    said = following(Following((), (), (), stopped="Sample Cup")).content
    assert said == "**Sample Cup** is followed no more; what has come in stays."


def test_a_team_of_forty_fits_and_nothing_typed_breaks_out() -> None:
    many = tuple(Person(number, "@everyone **" + "x" * 40) for number in range(40))
    event = replace(CUP, event="`@here` [a](http://b)", trouble="<@1>", faults=("**",) * 5)
    full = Following((event,) * 5, tuple(Linked(each, "y" * 60) for each in many), many, began=ID)
    said = following(full).content
    assert size(said) <= CONTENT_LIMIT
    assert "@everyone" not in said
    assert "@here" not in said
    assert "<@1>" not in said
