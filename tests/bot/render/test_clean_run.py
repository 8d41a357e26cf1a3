"""The first line of the ORP card, of runs worked by hand."""

from __future__ import annotations

from bot.render.card import clean_run_words
from core.laps import RaceTotal
from core.scoring.clean_run import CleanRun
from core.scoring.mistakes import Mistakes
from tests.core.test_analysis import cleaned, electric_clean_run, laps_of


def test_the_line_of_the_card() -> None:
    # 305.1 − 12.4 = 292.7 leaves 7.3 s of the 5 minutes: one more lap of 21.3 is finished.
    times = [20_900, 21_000, 21_100, 21_200, 21_300, 21_300, 27_500]
    times += [21_300, 21_300, 21_400, 21_400, 27_500, 18_850, 19_050]
    rivals = [RaceTotal(15, total_ms) for total_ms in (313_900, 313_950, 314_050)]
    rivals += [RaceTotal(14, 301_000), RaceTotal(14, 306_000)]
    run = cleaned(laps_of(times), length_ms=300_000, rivals=rivals)
    assert clean_run_words(run) == (
        "You: 14/5:05.1, 5th. Clean: 15/5:14.0, 3rd. Two mistakes cost 12.4 s."
    )
    assert clean_run_words(run, "racer-2").startswith("racer-2: 14/5:05.1, 5th.")
    assert (run.actual, run.clean) == (RaceTotal(14, 305_100), RaceTotal(15, 314_000))


# driver-01 and -02 stay past the 10 minutes without their mistake: no lap more. driver-04
# drops to 613.820 and overtakes driver-03's 624.192 on the same 15 laps.
def test_worked_by_hand() -> None:
    sentences = {
        driver: clean_run_words(electric_clean_run(driver), driver)
        for driver in ("driver-01", "driver-02", "driver-03", "driver-04")
    }
    assert list(sentences.values()) == [
        "driver-01: 16/10:14.5, 1st. Clean: 16/10:10.2, 1st. One mistake cost 4.3 s.",
        "driver-02: 15/10:10.5, 2nd. Clean: 15/10:04.0, 2nd. One mistake cost 6.6 s.",
        "driver-03: 15/10:24.2, 3rd. No mistakes: a clean run.",
        "driver-04: 15/10:38.3, 4th. Clean: 15/10:13.8, 3rd. Three mistakes cost 24.5 s.",
    ]


def test_a_typed_heat_shows_the_time_only() -> None:
    run = cleaned(laps_of([20_000, 20_000, 50_000, 20_000, 20_000]))
    assert clean_run_words(run) == "You: 5/2:10.0. Clean: 1:40.0. One mistake cost 30.0 s."


def test_without_a_length_there_is_still_a_place_on_the_page() -> None:
    laps = laps_of([20_000, 20_000, 50_000, 20_000, 20_000])
    sentence = clean_run_words(cleaned(laps, rivals=[RaceTotal(5, 110_000)]))
    assert sentence.startswith("You: 5/2:10.0, 2nd. Clean: 5/1:40.0, 1st.")


def test_places_in_writing() -> None:
    ordinals = "1st 2nd 3rd 4th 10th 11th 12th 13th 21st 22nd 23rd 101st 111th"
    once = RaceTotal(1, 20_000)
    for ordinal in ordinals.split():
        place = int(ordinal[:-2])
        run = CleanRun(once, once, place, place, Mistakes((), 0), length_known=True)
        assert clean_run_words(run) == f"You: 1/0:20.0, {ordinal}. No mistakes: a clean run."


def test_many_mistakes_are_counted_in_digits() -> None:
    times = [20_000] * 15 + [30_000] * 10
    assert "Ten mistakes cost 100.0 s." in clean_run_words(cleaned(laps_of(times)))
    assert "11 mistakes cost 110.0 s." in clean_run_words(cleaned(laps_of([*times, 30_000])))
