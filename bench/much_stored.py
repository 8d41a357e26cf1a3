"""What commands cost when much is stored, against the same session with nothing else stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median
from typing import Final

from bench.asking import LAP, Ask, block, command, in_turn, lap, suggestion, timed, typed
from bench.databases import KINDS, Kind
from bench.findings import Curve, Findings
from bench.history import CHANNEL_NAME, CLASS, OPEN_HEAT, SESSION_NAME, TRACK, Shape
from bench.rows import Budget, Row, against, ratios
from bench.settings import Setup
from bench.sides import Side, side

FINISH: Final = "/heat finish"
SESSION_SUGGESTION: Final = "/session show session:…"
CARD: Final = "/orp"
TRACK_BOOK: Final = "/track"
# Both draw pictures, which takes long.
_DRAWN: Final = frozenset({CARD, TRACK_BOOK})
_BUDGET: Final = Budget(1.2, "×")
_BUDGET_OF_SESSIONS: Final = Budget(1.5, "×")
# It looks at the latest days at a track, where there are some, instead of at one.
_BUDGET_OF_TRACKS: Final = Budget(2.0, "×")
_BUDGETS: Final = {SESSION_SUGGESTION: _BUDGET_OF_SESSIONS, TRACK_BOOK: _BUDGET_OF_TRACKS}
_START: Final = {"name": "Another"}
_ASKED: Final[Mapping[str, Ask]] = {
    "/lap": lap,
    CARD: command("/orp", "ORP"),
    TRACK_BOOK: command("/track", TRACK),
    "/heat show": command("/heat show", OPEN_HEAT),
    "/session show": command("/session show", SESSION_NAME),
    "/session list": command("/session list", SESSION_NAME),
    "/lap heat:…": suggestion("lap", {"times": "58.2"}, "heat", "", OPEN_HEAT),
    "/orp heat:…": suggestion("orp", {}, "heat", "", OPEN_HEAT),
    "/lap class:…": suggestion("lap", {"times": "58.2"}, "class", "bu", CLASS),
    SESSION_SUGGESTION: suggestion("session show", {}, "session", "", SESSION_NAME),
    "/session start track:…": suggestion("session start", _START, "track", "", TRACK),
    "/session start timezone:…": suggestion(
        "session start", _START, "timezone", "berl", "Europe/Berlin"
    ),
}
_IN_THE_PICTURE: Final = ("/lap", "/heat show", "/session show", SESSION_SUGGESTION)
_BLOCK: Final = 5
_BLOCK_OF_CARDS: Final = 2
_POSTED_WITHIN_S: Final = 30.0
_DRAWS: Final = "draws pictures, which takes too long for the quick bench"
_TOO_LARGE: Final = "too large for the quick bench"

Figures = dict[tuple[str, int], list[float]]
"""The milliseconds of each turn, by command and laps stored."""


async def measure(setup: Setup) -> AsyncIterator[Findings]:
    """Measure all commands in both shapes on both databases."""
    for shape in Shape:
        for kind in KINDS:
            if setup.effort.quick and shape is Shape.MANY_TEAMS:
                yield Findings(_rows(setup, kind, shape, {}))
                continue
            async with _sides(setup, kind, shape) as sides:
                figures = await _ask_all(setup, sides)
            rows = _rows(setup, kind, shape, figures)
            yield Findings(rows, _curves(setup, kind, shape, figures))


@asynccontextmanager
async def _sides(setup: Setup, kind: Kind, shape: Shape) -> AsyncIterator[dict[int, Side]]:
    """Start a bot on each history, by its laps; with none of them nothing else is stored."""
    effort = setup.effort
    async with AsyncExitStack() as stack:
        sides = {}
        for laps in sorted({0, *effort.growth_laps, effort.history_laps}):
            url = await stack.enter_async_context(setup.databases.with_history(kind, shape, laps))
            sides[laps] = await stack.enter_async_context(side(f"{laps} laps", url))
        yield sides


async def _ask_all(setup: Setup, sides: Mapping[int, Side]) -> Figures:
    effort = setup.effort
    laps_of = {asked.name: laps for laps, asked in sides.items()}
    compared = [sides[0], sides[effort.history_laps]]
    figures: Figures = {}
    for turn in range(-1, effort.history_turns):
        for name, ask in _ASKED.items():
            if effort.quick and name in _DRAWN:
                continue
            size = _BLOCK_OF_CARDS if name in _DRAWN else _BLOCK
            chosen = list(sides.values()) if name in _IN_THE_PICTURE else compared
            for asked in in_turn(chosen, turn):
                took = await block(asked, ask, size, first=turn * size)
                # The first turn is for warming up.
                if turn >= 0:
                    figures.setdefault((name, laps_of[asked.name]), []).append(took)
    # A heat that is opened is the latest: laps before it in others would have its post edited.
    if not effort.quick:
        for turn in range(-1, effort.history_turns):
            for asked in in_turn(compared, turn):
                took = await _finish(asked, turn)
                if turn >= 0:
                    figures.setdefault((FINISH, laps_of[asked.name]), []).append(took)
    return figures


async def _finish(asked: Side, turn: int) -> float:
    """Open a heat, finish it, wait for its post; give what finishing took, in milliseconds."""
    racer, heat = asked.racer(turn), f"F{turn + 2}"
    await typed(racer, f"{LAP} heat:{heat}", asked.lap_answer)
    took = await timed(racer, FINISH, "is finished")
    channel = asked.teams[0].channel(CHANNEL_NAME)
    await channel.wait_for(
        lambda message: heat in message.content and bool(message.attachments), _POSTED_WITHIN_S
    )
    return took


def _rows(setup: Setup, kind: Kind, shape: Shape, figures: Figures) -> list[Row]:
    laps = setup.effort.history_laps
    rows = []
    for name in (*_ASKED, FINISH):
        budget = _BUDGETS.get(name, _BUDGET)
        title = f"{name}, {laps:,} laps of {shape.whose}"
        if (name, laps) not in figures:
            why = _DRAWS if shape is Shape.ONE_TEAM else _TOO_LARGE
            rows.append(Row(title, kind, budget, None, left_out=why))
            continue
        much, nothing = figures[name, laps], figures[name, 0]
        pairs = list(zip(much, nothing, strict=True))
        rows.append(Row(title, kind, budget, ratios(pairs), against(much, nothing, "ms")))
    return rows


def _curves(setup: Setup, kind: Kind, shape: Shape, figures: Figures) -> list[Curve]:
    laps = setup.effort.growth_laps
    if not laps:
        return []
    return [
        Curve(kind, shape.whose, name, laps, _growth([figures[name, stored] for stored in laps]))
        for name in _IN_THE_PICTURE
    ]


def _growth(figures: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Return how many times the first each is, by the median over the turns."""
    smallest = figures[0]
    return tuple(
        median([one / first for one, first in zip(stored, smallest, strict=True)])
        for stored in figures
    )
