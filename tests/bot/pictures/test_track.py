"""The picture of a track: scores, the day and changes, each where its number says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import colours
from bot.pictures.track import MOST_CHANGES, draw_track, track_picture
from core.results.track import ClassChanges, HeatPace, TrackKnown
from core.scoring.effects import Verdict
from core.scoring.pooling import Pooled
from tests.bot.render.build import heat
from tests.bot.render.test_track import KNOWN, driven

from .seen import assert_readable, opened, rects_of, seen_in, words_of

ALONE = TrackKnown("Arena", KNOWN.racer, is_self=True, runs=(driven("Q1", 81.3),))
ODD = {
    "everything": KNOWN,
    "one heat": ALONE,
    "the day alone": replace(ALONE, runs=(), day=KNOWN.day),
    "changes alone": replace(ALONE, runs=(), changes=KNOWN.changes),
    "endless names": replace(
        KNOWN,
        track="W" * 80,
        racer=replace(KNOWN.racer, name="日本 太郎 선수" * 9),
        runs=(replace(KNOWN.runs[0], heat=heat("N" * 50, "C" * 50), note="m" * 100),) * 10,
        changes=(
            ClassChanges(
                "C" * 50, (replace(KNOWN.changes[0].changes[0], setting="محمد بن سلمان" * 5),) * 12
            ),
        ),
    ),
    "a week of heats": replace(
        KNOWN,
        day=replace(
            KNOWN.day,
            heats=tuple(
                HeatPace(heat(f"Qualifier {n}"), -900.0 * (n % 2), 50.0 * n) for n in range(40)
            ),
        )
        if KNOWN.day
        else None,
    ),
}


@pytest.mark.parametrize("known", ODD.values(), ids=list(ODD))
def test_no_text_covers_another_or_is_cut_off(known: TrackKnown) -> None:
    assert_readable(track_picture(known))


def test_everything_is_told() -> None:
    words = words_of(track_picture(KNOWN))
    for shown in (
        *("Arena_33", "Max_M", "Main", "81.3", "±5", "35wt_rear", "rejected", "needs 2 laps"),
        *("everybody against Buggy Q1, seconds a lap · up is faster", "0", "−0.21", "+0.03"),
        *("can't tell", "soft springs", "too small", "new tyres", "hurt", "−0.60 s", "+0.60 s"),
    ):
        assert shown in words
    # The latest heat is the last, and marked.
    assert words.index("P1") < words.index("Q1") < words.index("Main")
    (bar,) = [
        rect for rect in rects_of(track_picture(KNOWN), colours.SKY) if rect["fill-opacity"] == 1
    ]
    assert bar["width"] == pytest.approx(0.8 * 81.3)


def test_a_faster_heat_is_higher_and_a_change_that_is_faster_further_left() -> None:
    picture = track_picture(KNOWN)
    dots = [mark for mark in seen_in(picture, "circle", colours.LAP) if not mark.hollow]
    first, second, *_ = sorted(dots, key=lambda mark: mark.middle[0])
    assert second.middle[1] < first.middle[1]
    hollow = [mark for mark in seen_in(picture, "circle", colours.LAP) if mark.hollow]
    (sure,) = seen_in(picture, "polygon", colours.FASTEST)
    assert len(hollow) == 2
    # −172, 0 and +400 ms on an axis that reaches 600 ms to either side of 210.
    assert sorted(mark.middle[0] for mark in hollow) == pytest.approx(
        [210 - 82 * 172 / 600, 210], abs=0.01
    )
    assert sure.middle[0] == pytest.approx(210 + 82 * 400 / 600, abs=0.01)


def test_how_sure_the_day_is_and_whether_there_were_others_to_tell_it_from_the_track() -> None:
    picture = track_picture(KNOWN)
    dots = [mark for mark in seen_in(picture, "circle", colours.LAP) if not mark.hollow]
    lines = [line.points for line in seen_in(picture, "polyline", colours.QUIET_TEXT)]
    upright = [points for points in lines if len(points) == 2 and points[0][0] == points[1][0]]
    # The one that reaches furthest, 214 and 78 ms, takes 18 points.
    assert [below[1] - above[1] for above, below in upright] == pytest.approx(
        [2 * error * 18 / 292 for error in (0, 78, 50, 121)], abs=0.02
    )
    assert [above[0] for above, _ in upright] == pytest.approx([dot.middle[0] for dot in dots])
    words = words_of(picture)
    assert "changes of the car, some with too few others · left is faster" in words
    told = replace(KNOWN, changes=KNOWN.changes[:1])
    assert "changes of the car, after what everybody gained · left is faster" in words_of(
        track_picture(told)
    )


def test_the_surest_changes_are_shown() -> None:
    changes = tuple(
        Pooled(f"change {n}", 1, 1, 1, -100.0, 100.0, 0.5 + n / 40, Verdict.CANNOT_TELL, 1)
        for n in range(12)
    )
    words = words_of(track_picture(replace(ALONE, changes=(ClassChanges("", changes),))))
    shown = [word for word in words if word.startswith("change ")]
    assert shown == [f"change {n}" for n in range(11, 11 - MOST_CHANGES, -1)]


def test_it_is_a_png_and_the_same_each_time() -> None:
    data = draw_track(KNOWN)
    assert opened(data).width == 760
    assert draw_track(KNOWN) == data
