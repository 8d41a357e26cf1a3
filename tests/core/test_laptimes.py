"""Every form in the specification, every refusal, and laws that hold for any text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.laptimes import (
    MAX_LAP_MS,
    MAX_LAPS,
    MIN_LAP_MS,
    LapTimesError,
    format_lap,
    format_seconds,
    format_total,
    parse_lap_times,
)

ROW_1 = "1\t2\t36.958\t17/10:28.285"
ROW_2 = "2\t2\t38.539\t16/10:03.976"

ACCEPTED = [
    # one lap
    ("58.234", [58234]),
    ("58.1", [58100]),
    ("1:02.345", [62345]),
    ("1:02", [62000]),
    ("0:58.2", [58200]),
    ("00:58.2", [58200]),
    ("16:39.999", [999999]),
    ("62", [62000]),
    ("18.9s", [18900]),
    ("18,9S", [18900]),
    ("62s", [62000]),
    ("058.2", [58200]),
    # separators
    ("58.1 58.0 58.2", [58100, 58000, 58200]),
    ("58.1\n58.0\r\n58.2\r58.3", [58100, 58000, 58200, 58300]),
    ("58.1;58.0|58.2 ; 58.3", [58100, 58000, 58200, 58300]),
    ("| 58.1 | 58.0 |", [58100, 58000]),
    ("58.1;;58.0", [58100, 58000]),
    ("12 13", [12000, 13000]),
    ("58\t59.5\t60", [58000, 59500, 60000]),
    # commas
    ("58.1, 58.2", [58100, 58200]),
    ("58.1 ,58.2", [58100, 58200]),
    ("58.1 , 58.2,", [58100, 58200]),
    ("58.1,58.2", [58100, 58200]),
    ("58.1,,58.2", [58100, 58200]),
    ("58.1,58", [58100, 58000]),
    ("58,234 58,2", [58234, 58200]),
    ("58,1, 58,2", [58100, 58200]),
    ("58,59 58,61", [58590, 58610]),
    ("58,59;58,61", [58590, 58610]),
    ("58,59\n58,61", [58590, 58610]),
    ("58, 59", [58000, 59000]),
    ("58,234", [58234]),
    ("58,2", [58200]),
    ("58,05", [58050]),
    ("58,59s", [58590]),
    ("1:02,35", [62350]),
    ("1:02,35 1:03,4", [62350, 63400]),
    # numbering, one a line
    ("1. 58.234", [58234]),
    ("1) 58.234", [58234]),
    ("Lap 1: 58.234", [58234]),
    ("1\t58.234", [58234]),
    ("1. 58.1\n2. 58.2\n3. 58.3", [58100, 58200, 58300]),
    ("1) 58.1\n2) 58.2", [58100, 58200]),
    ("1)58.1\n2)58.2", [58100, 58200]),
    ("Lap 1: 58.1\nLAP 2 : 58.2\nlap3: 58.3", [58100, 58200, 58300]),
    ("1\t58.1\n2\t58.2", [58100, 58200]),
    ("1 \t 58.1\n", [58100]),
    ("1. 58,59", [58590]),
    ("1.\u00a058.1", [58100]),
    ("11. 20.912\n12. 21.044", [20912, 21044]),
    ("11\t20.912\n\n12\t21.044", [20912, 21044]),
    ("1. 2.5\n2. 2.6\n1. 2.4\n2. 2.7", [2500, 2600, 2400, 2700]),
    ("14) 20.912", [20912]),
    ("Lap 14: 20.912", [20912]),
    ("58.1\n2. 58.2", [58100, 58200]),
    ("1. 58.1 58.2 58.3", [58100, 58200, 58300]),
    ("Lap 1:8.2", [8200]),
    # numbering in lines pasted into one
    ("1. 20.912 2. 21.044", [20912, 21044]),
    ("1 20.912 2 21.044", [20912, 21044]),
    ("1) 20.912 2) 21.044", [20912, 21044]),
    ("Lap 1: 58.2 Lap 2: 58.3", [58200, 58300]),
    ("Lap 1: 58.2, Lap 2: 58.3", [58200, 58300]),
    ("Lap 20: 21.5 Lap 21: 22.0", [21500, 22000]),
    ("1 20.912\n2 21.044", [20912, 21044]),
    ("1. 20.912\n2 21.044", [20912, 21044]),
    ("1\n20.912\n2\n21.044", [20912, 21044]),
    ("1,20.912 2,21.044", [20912, 21044]),
    ("1 20,912 2 21,044", [20912, 21044]),
    ("3 20 4 21", [20000, 21000]),
    ("| 1 | 58.1 |\n| 2 | 58.2 |", [58100, 58200]),
    # whole seconds one a line are laps, whatever they count
    ("20\n21\n21\n22", [20000, 21000, 21000, 22000]),
    ("20\n21.5\n21\n22.5", [20000, 21500, 21000, 22500]),
    ("21 20 22", [21000, 20000, 22000]),
    # LiveRC's lap table
    (ROW_1, [36958]),
    (f"{ROW_1}\n{ROW_2}\n", [36958, 38539]),
    (f"{ROW_1} {ROW_2}".replace("\t", " "), [36958, 38539]),
    ("20\t21\t22.5\t15/5:05.123", [22500]),
    (f"Lap\tPos\tTime\tPace\n0\t2\t0\t0\n{ROW_1}", [36958]),
    (f"Lap Position Time Pace {ROW_1} {ROW_2}", [36958, 38539]),
    (f"58.1\n{ROW_1}\n58.2", [58100, 36958, 58200]),
    # rounding
    ("0.0005", [1]),
    ("58.2344", [58234]),
    ("58.2345", [58235]),
    ("58.23449999999999999999", [58234]),
    ("59.9995", [60000]),
    ("0:59.9995", [60000]),
    ("999.9994", [999999]),
    # unseen characters
    ("\ufeff58.1 \u200e58.2\u200f", [58100, 58200]),
    ("58.1\u200b58.2", [58100, 58200]),
]


@pytest.mark.parametrize(("text", "laps"), ACCEPTED)
def test_accepted(text: str, laps: list[int]) -> None:
    assert parse_lap_times(text) == tuple(laps)


@pytest.mark.parametrize("blank", sorted({chr(c) for c in range(0x3001) if chr(c).isspace()}))
def test_any_blank_separates(blank: str) -> None:
    assert parse_lap_times(f"{blank}58.1{blank}58,2,{blank}{blank}62{blank}") == (
        58100,
        58200,
        62000,
    )


NOT_A_LAP_TIME = [
    ("58.1.2", "58.1.2", 1),
    ("58.1 58.2 58.1.2", "58.1.2", 3),
    ("58.1 oops 58.x", "oops", 2),
    ("58.", "58.", 1),
    ("58.1 58.", "58.", 2),
    ("58.1,58.", "58.", 2),
    ("58. 59. 60.", "58.", 1),
    (".5", ".5", 1),
    (",5 .5", ".5", 2),
    ("1.58.2", "1.58.2", 1),
    ("-58.1", "-58.1", 1),
    ("+58.1", "+58.1", 1),
    ("−58.1", "−58.1", 1),
    ("5e1", "5e1", 1),
    ("58.1 NaN", "NaN", 2),
    ("inf", "inf", 1),
    ("58_1", "58_1", 1),
    ("0x1F", "0x1F", 1),
    ("Lap 58.1", "Lap", 1),
    ("58.1 sec", "sec", 2),
    ("time\n58.1", "time", 1),
    ("s", "s", 1),
    ("1:2.3", "1:2.3", 1),
    ("1:60", "1:60", 1),
    ("1:060.5", "1:060.5", 1),
    (":58.2", ":58.2", 1),
    ("1:02:03", "1:02:03", 1),
    ("1: 02.3", "1:", 1),
    ("٥٨.٢", "٥٨.٢", 1),
    ("58.1 5８", "5８", 2),
    ("58²", "58²", 1),
    ("58，1", "58，1", 1),
    ("58\u200d.x", "58.x", 1),
    ("\ud800", "\ud800", 1),
    ("58s,59s", "58s,59s", 1),
    ("58,,59", "58,,59", 1),
    # out of range, after rounding
    ("0", "0", 1),
    ("0.0004", "0.0004", 1),
    ("58.1 1000", "1000", 2),
    ("999.9995", "999.9995", 1),
    ("16:40", "16:40", 1),
    ("9" * 5000, "9" * 5000, 1),
    ("9" * 5000 + ":59", "9" * 5000 + ":59", 1),
    # a number that numbers nothing, and places counted in laps
    ("1.", "1.", 1),
    ("1. 58.1\n2.", "2.", 2),
    ("1. 58.1\n2. 58.x", "58.x", 2),
    ("1. 20.9 2. 21.x 3. 20.8", "21.x", 2),
    ("1 20.9 2 21.x 3 20.8", "21.x", 2),
    ("58 abc 59 58", "abc", 2),
    ("1. 20.9 3. 21.0", "1.", 1),
    ("1) 20.9 21.0 2) 21.1", "1)", 1),
    (f"{ROW_1}\n2\t2\t38.x\t16/10:03.976", "38.x", 2),
    (f"{ROW_1}\n58.1 58.x", "58.x", 3),
    (f"58.1\n58.x\n{ROW_1}", "58.x", 2),
    # results
    ("14/5:05.123", "14/5:05.123", 1),
    ("58.1 14/5:05,123", "14/5:05,123", 2),
    ("20.9 14/5:05.123 21.0 22.0", "14/5:05.123", 2),
]


@pytest.mark.parametrize(("text", "token", "lap_number"), NOT_A_LAP_TIME)
def test_refused(text: str, token: str, lap_number: int) -> None:
    with pytest.raises(LapTimesError) as caught:
        parse_lap_times(text)
    error = caught.value
    assert (error.token, error.lap_number) == (token, lap_number)
    assert f"(lap {lap_number})" in error.sentence
    assert error.sentence.endswith("; nothing was stored.")


TWO_READINGS = [
    ("58,59", "58,59", 1, "58.59, or 58 and 59"),
    (" 58,59,\n", "58,59", 1, "58.59, or 58 and 59"),
    ("5,10", "5,10", 1, "5.10, or 5 and 10"),
    ("58,1,58,2", "58,1,58,2", 1, "58.1 and 58.2, or 58, 1, 58 and 2"),
    ("58,1 58,1,58,2", "58,1,58,2", 2, "58.1 and 58.2, or 58, 1, 58 and 2"),
    ("62,63,64", "62,63,64", 1, "62.63 and 64, or 62, 63 and 64"),
    ("1:02,3,1:03,4", "1:02,3,1:03,4", 1, "1:02.3 and 1:03.4, or 1:02, 3, 1:03 and 4"),
    ("1,2,3,4,5,6,7,8,9,8", "1,2,3,4,5,6,7,8,9,8", 1, "1.2, 3.4, 5.6, 7.8 …, or 1, 2, 3, 4 …"),
    ("20 21.5 21 22.0", "20 21.5", 1, "lap 20 in 21.5, or laps of 20 and 21.5"),
    ("20. 21.5 21. 22.0", "20. 21.5", 1, "lap 20 in 21.5, or laps of 20 and 21.5"),
    ("20 21 21 22", "20 21", 1, "lap 20 in 21, or laps of 20 and 21"),
    ("9 20.1 10 20.0 11 21.0", "10 20.0", 2, "lap 10 in 20.0, or laps of 10 and 20.0"),
    ("58. 58.1", "58. 58.1", 1, "lap 58 in 58.1, or laps of 58 and 58.1"),
    ("57.9\n58. 58.1 58.3", "58. 58.1", 2, "lap 58 in 58.1, or laps of 58 and 58.1"),
    ("58\t58.1", "58 58.1", 1, "lap 58 in 58.1, or laps of 58 and 58.1"),
    ("1\t20.9\t20.9\n2\t21.0\t41.9", "1 20.9", 1, "lap 1 in 20.9, or laps of 1 and 20.9"),
    ("1 20.9 2 21.0 4 22.0", "1 20.9", 1, "lap 1 in 20.9, or laps of 1 and 20.9"),
    ("20.5 20 21.3 21 22.2", "20 21.3", 2, "lap 20 in 21.3, or laps of 20 and 21.3"),
    ("1\n20.9\n2\n21.0\n4", "1 20.9", 1, "lap 1 in 20.9, or laps of 1 and 20.9"),
    ("Lap 1:58.2", "Lap 1:58.2", 1, "lap 1 in 58.2, or 1:58.2"),
]


@pytest.mark.parametrize(("text", "token", "lap_number", "readings"), TWO_READINGS)
def test_refused_with_both_readings(text: str, token: str, lap_number: int, readings: str) -> None:
    with pytest.raises(LapTimesError) as caught:
        parse_lap_times(text)
    error = caught.value
    assert (error.token, error.lap_number) == (token, lap_number)
    assert f"(lap {lap_number}) could mean {readings}: " in error.sentence


def test_exactly_half_is_not_under_half() -> None:
    with pytest.raises(LapTimesError, match=r"lap 10 in 20\.0, or"):
        parse_lap_times("10 20.0 11 23.0")
    assert parse_lap_times("10 20.001 11 23.0") == (20001, 23000)


def test_sentences() -> None:
    def sentence(text: str) -> str:
        with pytest.raises(LapTimesError) as caught:
            parse_lap_times(text)
        return caught.value.sentence

    assert sentence("58.1 58.2 58.1.2") == (
        "“58.1.2” (lap 3) is not a lap time: write it like 58.234 or 1:02.345; nothing was stored."
    )
    assert sentence("14/5:05.123") == (
        "“14/5:05.123” (lap 1) is a result, 14 laps in 5:05.123, not a lap time: "
        "write the time of each lap, like 58.234 58.1; nothing was stored."
    )
    assert "two digits of seconds below 60" in sentence("1:2.3")
    assert "leave out lap numbers" in sentence("1. 20.9 3. 21.0")
    assert "plain digits" in sentence("٥٨.٢")
    assert "between 0.001 and 999.999 seconds" in sentence("1200")
    assert f"“{'x' * 19}…” (lap 1)" in sentence("x" * 6000)
    assert "“\N{REPLACEMENT CHARACTER}” (lap 1)" in sentence("\x00")


@pytest.mark.parametrize("text", ["", " ", "\n\u2028\t", " , ;|,", "\u200b\ufeff", "0 2 0 0"])
def test_no_laps_says_how_to_type_them(text: str) -> None:
    with pytest.raises(LapTimesError, match=r"type them like 58\.234") as caught:
        parse_lap_times(text)
    assert (caught.value.token, caught.value.lap_number) == ("", 0)


def test_at_most_600_laps() -> None:
    assert len(parse_lap_times("20.5 " * MAX_LAPS)) == MAX_LAPS
    with pytest.raises(LapTimesError, match="601 laps, and 600 fit"):
        parse_lap_times("20.5 " * (MAX_LAPS + 1))


def test_is_an_error_for_the_racer() -> None:
    assert issubclass(LapTimesError, BadInput)


# --- laws ---------------------------------------------------------------------------------------

laps_ms = st.integers(MIN_LAP_MS, MAX_LAP_MS)
believable_ms = st.integers(10_001, MAX_LAP_MS)
PARTS = ["58.2", "58,2", "58,59", "1", "2", "3", "1.", "2)", "Lap 1:", "lap", "58.", "1:02.3"]
PARTS += ["14/5:05.1", ROW_1, "Pos", "9" * 30, "s", "x", " ", "\t", "\n", ",", ";", "|", "\u200b"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PARTS)).map("".join)))
@example("\ud800")
def test_any_text_is_read_whole_or_refused_in_a_short_sentence(text: str) -> None:
    refused: LapTimesError | None = None
    laps: tuple[int, ...] = ()
    try:
        laps = parse_lap_times(text)
    except LapTimesError as error:
        refused = error
    if refused:
        assert len(refused.sentence) < 300
        assert refused.sentence.isprintable()
        assert bool(refused.token) == bool(refused.lap_number)
    else:
        assert 1 <= len(laps) <= MAX_LAPS
        assert all(MIN_LAP_MS <= lap <= MAX_LAP_MS for lap in laps)


@given(laps_ms)
@example(59_999)
@example(60_000)
@example(MAX_LAP_MS)
def test_every_written_lap_reads_back(ms: int) -> None:
    assert parse_lap_times(format_lap(ms)) == (ms,)
    assert parse_lap_times(format_seconds(ms)) == (ms,)
    assert parse_lap_times(format_total(ms)) == (ms,)


@given(
    st.lists(laps_ms, min_size=1, max_size=60),
    st.sampled_from(
        [" ", "\n", "\r\n", "\u00a0", "\u2028", ";", "|", ",", ", ", " ,", "\t", " \t "]
    ),
    st.sampled_from([format_lap, format_seconds, format_total]),
)
def test_every_separator_reads_back(
    laps: list[int], separator: str, write: Callable[[int], str]
) -> None:
    assert parse_lap_times(separator.join(write(lap) for lap in laps)) == tuple(laps)


@given(st.lists(laps_ms, min_size=1, max_size=60), st.sampled_from([" ", "\n", ", ", ";"]))
def test_decimal_commas_read_back(laps: list[int], separator: str) -> None:
    text = separator.join(format_lap(lap).replace(".", ",") for lap in laps)
    assert parse_lap_times(text) == tuple(laps)


@given(
    st.lists(laps_ms, min_size=2, max_size=60),
    st.sampled_from(["{}. ", "{}) ", "{})", "Lap {}: ", "LAP {} :\u00a0", "{}\t"]),
    st.integers(0, 540),
)
def test_numbered_lines_read_back(laps: list[int], style: str, before: int) -> None:
    lines = [style.format(n) + format_lap(lap) for n, lap in enumerate(laps, before + 1)]
    assert parse_lap_times("\n".join(lines)) == tuple(laps)


@given(
    st.lists(believable_ms, min_size=2, max_size=5),
    st.sampled_from(["{}. ", "{} ", "{}\t", "{}) ", "Lap {}: ", "{},"]),
    st.sampled_from([" ", "\u00a0", "\u2028", "; ", ", "]),
)
def test_numbered_lines_pasted_into_one_read_back(
    laps: list[int], style: str, separator: str
) -> None:
    pairs = [style.format(n) + format_lap(lap) for n, lap in enumerate(laps, 1)]
    assert parse_lap_times(separator.join(pairs)) == tuple(laps)


@given(
    st.lists(st.tuples(laps_ms, st.integers(1, 60)), min_size=1, max_size=60),
    st.sampled_from(["\t", " ", "  \t"]),
    st.sampled_from(["\n", "\r\n", " ", "\t"]),
)
def test_liverc_rows_read_back(rows: list[tuple[int, int]], column: str, line_end: str) -> None:
    lines = [
        column.join([str(lap), str(position), format_seconds(ms), "17/10:28.285"])
        for lap, (ms, position) in enumerate(rows, 1)
    ]
    assert parse_lap_times(line_end.join(lines)) == tuple(ms for ms, _ in rows)


@given(
    st.lists(laps_ms, min_size=1, max_size=30),
    st.integers(0, 30),
    st.sampled_from(["58.1.2", "58.", ".5", "-1", "oops", "14/5:05.123", "1:60", "0"]),
)
def test_one_bad_token_refuses_all_and_is_named(laps: list[int], at: int, bad: str) -> None:
    tokens = [format_lap(lap) for lap in laps]
    at = min(at, len(tokens))
    assume(not (bad == "58." and at == 0))
    tokens.insert(at, bad)
    with pytest.raises(LapTimesError) as caught:
        parse_lap_times(" ".join(tokens))
    assert (caught.value.token, caught.value.lap_number) == (bad, at + 1)


@given(st.integers(0, 10**6), st.text("0123456789", max_size=12))
@settings(max_examples=200)
def test_rounding_is_half_up_on_the_exact_decimals(whole: int, fraction: str) -> None:
    scale = 10 ** len(fraction)
    exact = whole * scale + int(fraction or 0)
    expected = (2 * exact * 1000 + scale) // (2 * scale)
    text = f"{whole}.{fraction}" if fraction else str(whole)
    if MIN_LAP_MS <= expected <= MAX_LAP_MS:
        assert parse_lap_times(text) == (expected,)
    else:
        with pytest.raises(LapTimesError, match="not between"):
            parse_lap_times(text)


# --- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ms", "lap", "total", "seconds"),
    [
        (0, "0.000", "0:00.000", "0.000"),
        (1, "0.001", "0:00.001", "0.001"),
        (58_234, "58.234", "0:58.234", "58.234"),
        (59_999, "59.999", "0:59.999", "59.999"),
        (60_000, "1:00.000", "1:00.000", "60.000"),
        (62_345, "1:02.345", "1:02.345", "62.345"),
        (305_123, "5:05.123", "5:05.123", "305.123"),
        (999_999, "16:39.999", "16:39.999", "999.999"),
        (3_665_123, "61:05.123", "61:05.123", "3665.123"),
    ],
)
def test_written(ms: int, lap: str, total: str, seconds: str) -> None:
    assert (format_lap(ms), format_total(ms), format_seconds(ms)) == (lap, total, seconds)


@pytest.mark.parametrize("write", [format_lap, format_total, format_seconds])
def test_negative_times_are_not_written(write: Callable[[int], str]) -> None:
    with pytest.raises(ValueError, match="negative"):
        write(-1)
