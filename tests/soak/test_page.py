"""A day's page can be written: a run of a quarter of an hour must not end in an error."""

from __future__ import annotations

from collections import Counter

from tests.soak.accounts import Accounts
from tests.soak.memory import Held
from tests.soak.page import Day, page, promises, summary
from tests.soak.racing import Tally
from tests.soak.silence import Reason


def day(*held: Held) -> Day:
    return Day(
        minutes=12,
        teams=20,
        racers=64,
        took_s=730.0,
        calm_after_s=3.0,
        tally=Tally(answers=3, took_s=[0.01, 0.02, 0.03]),
        trouble=Counter({"a process is killed": 2}),
        ended=0,
        accounts=Accounts(laps=20, wrong=["a lap is lost"]),
        silence=Counter({Reason.KILLED: 4}),
        held=held,
        gaps_ms=[(120.0, 30.0)],
        idle_gaps_ms=[],
        said=Counter({("warning", "the database is away"): 2}),
        errors=Counter(),
    )


def test_the_page_says_what_was_held_why_answers_are_missing_and_what_is_wrong() -> None:
    written = page(day(*(Held(90.0 + quarter, 30.0, 640_000) for quarter in range(4))))
    assert "plays 2.0 hours of a race day" in written
    assert "| of these: its process was killed or not connected yet | 4 |" in written
    assert "by quarters | 90.0, 91.0, 92.0, 93.0 MiB |" in written
    assert (
        "| blocks of memory Python keeps, by quarters | 640,000, 640,000, 640,000, 640,000 |"
        in written
    )
    assert "memory, blocks of it | +2.2%, +0.0% |" in written
    assert "keeps no more than 1% more blocks" in written
    assert written.endswith("- Wrong: a lap is lost")


def test_the_promises_end_with_the_latest_day_alone() -> None:
    held = Held(90.0, 30.0, 640_000)
    older = day(held, held, held, held)
    written = promises(older, "# Promises\n")
    # Nothing was marked yet.
    assert written.startswith("# Promises\n")
    newer = promises(day(*(Held(90.0, 30.0, 640_000 + at) for at in range(4))), written)
    assert newer.count("troubles:") == 1
    assert "2.0 hours of such a day with 2 troubles:" in newer
    assert "| laps stored | 20 |" in newer
    assert "| lost, doubled or otherwise wrong | 1 |" in newer


def test_a_day_that_was_over_at_once_has_a_summary() -> None:
    short = summary(day())
    assert "by quarters: –\n" in short
    assert "memory, blocks of it: –\n" in short
