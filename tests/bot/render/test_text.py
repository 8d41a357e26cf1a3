"""User text that cannot ping, format, link, hide or reorder; columns and cuts."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.text import cells, code_block, cut, in_code, join_fitting, plain, shorten, size

from .build import nasty_texts

PING = re.compile(r"<@[!&]?\d+>|@everyone|@here|<#\d+>|</[\w ]+:\d+>|<id:\w+>")
TIMESTAMP_OR_EMOJI = re.compile(r"<t:-?\d+(?::\w)?>|<a?:\w+:\d+>")
LINK = re.compile(r"\w+://|discord\.gg/|\]\(")
MARKDOWN = re.compile(r"(?<!\\)(?:\\\\)*[*_~|`]")


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("racer-2", "racer-2"),
        ("Max Müller #7 (40+)", "Max Müller #7 (40+)"),
        ("35wt rear, -1 camber > 2.5", "35wt rear, -1 camber > 2.5"),
        ("snake_case_name", r"snake\_case\_name"),
        ("**bold** ~~gone~~ ||spoiler||", r"\*\*bold\*\* \~\~gone\~\~ \|\|spoiler\|\|"),
        ("`code` ```block```", r"\`code\` \`\`\`block\`\`\`"),
        ("back\\slash", r"back\\slash"),
        ("# big", r"\# big"),
        ("#7", "#7"),
        ("-# small", r"\-# small"),
        ("- item", r"\- item"),
        ("> quote", r"\> quote"),
        ("1. item", r"1\. item"),
        ("two\nlines\tand  blanks", "two lines and blanks"),
        ("@everyone", "@\u200beveryone"),
        ("<@123>", "<\u200b@\u200b123>"),
        ("<#123>", "<\u200b#123>"),
        ("https://x.example/a", "https:\u200b//x.\u200bexample/a"),
        ("discord.gg/abc", "discord.\u200bgg/abc"),
        ("[here](https://x.example)", "[here]\\(https:\u200b//x.example)"),
        ("ab\u202ecd\u200bef\ufeff", "abcdef"),
        ("👨\u200d👩\u200d👧 family", "👨\u200d👩\u200d👧 family"),
        ("a\u200db", "ab"),
        ("\u3164\u2800", "?"),
        ("", ""),
    ],
)
def test_plain_shows_what_was_typed_and_nothing_more(typed: str, safe: str) -> None:
    assert plain(typed) == safe


@given(nasty_texts)
def test_plain_can_neither_ping_nor_format_nor_link(typed: str) -> None:
    safe = plain(typed)
    for harm in (PING, TIMESTAMP_OR_EMOJI, LINK, MARKDOWN):
        assert not harm.search(safe)
    assert "\n" not in safe


@given(nasty_texts)
def test_in_code_stays_in_its_line_and_block(typed: str) -> None:
    safe = in_code(typed)
    assert not PING.search(safe)
    assert "`" not in safe
    assert "\n" not in code_block(safe).removeprefix("```\n").removesuffix("\n```")


@given(nasty_texts)
def test_nothing_invisible_is_left_but_what_makes_it_harmless(typed: str) -> None:
    own = {"\u200b", "\u200d", "\u200e"}
    for safe in (plain(typed), in_code(typed)):
        hidden = {character for character in safe if unicodedata.category(character) == "Cf"}
        assert hidden <= own
        directions = {unicodedata.bidirectional(character) for character in safe}
        assert ("\u200e" in safe) == bool(directions & {"R", "AL", "AN"})


@given(nasty_texts, st.integers(1, 40))
def test_a_column_has_exactly_its_width(typed: str, width: int) -> None:
    assert cells(in_code(typed, width)) == width


def test_cutting_counts_cells_and_keeps_characters_whole() -> None:
    assert cut("racer", 5) == "racer"
    assert cut("racer-12", 5) == "race…"
    assert cut("日本の友達", 6) == "日本…"
    assert cut("日本の友達", 5) == "日本…"
    assert cut("👨\u200d👩\u200d👧👨\u200d👩\u200d👧", 3) == "👨\u200d👩\u200d👧…"
    assert cut("Max Müller", 5) == "Max…"


def test_a_name_written_right_to_left_leaves_the_numbers_where_they_are() -> None:
    assert in_code("דוד", 5) == "\u200eדוד\u200e  "
    assert plain("דוד") == "\u200eדוד\u200e"


@given(st.text(), st.integers(1, 60))
def test_shortening_keeps_the_limit(text: str, limit: int) -> None:
    assert size(shorten(text, limit)) <= limit


def test_size_is_that_of_the_strictest_count() -> None:
    assert size("aé日") == 3
    assert size("🏁") == 2
    assert size("a🏁" * 3) == len(("a🏁" * 3).encode("utf-16-le")) // 2


def test_what_does_not_fit_is_counted() -> None:
    names = ["one", "two", "three", "four"]
    assert join_fitting(names, 100, separator=", ") == "one, two, three, four"
    assert join_fitting(names, 20, separator=", ") == "one, two, and 2 more"
    assert join_fitting([], 5) == ""


@given(st.lists(st.text(min_size=1, max_size=30), max_size=30), st.integers(20, 200))
def test_joined_parts_keep_the_limit(parts: list[str], limit: int) -> None:
    assert size(join_fitting(parts, limit)) <= limit
