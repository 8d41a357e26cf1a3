"""Answers about sessions: started, edited, listed, standings, closed, deleted, exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.limits import CONTENT_LIMIT
from bot.render.answer import CARD_COLOUR, Answer, add_section
from bot.render.grid import TABLES_LIMIT, note_lines, standings_tables
from bot.render.pages import page_of
from bot.render.phrases import (
    bold,
    channel,
    count,
    heat_name,
    listed,
    moment,
    problem_line,
    with_welcome,
)
from bot.render.text import join_fitting, plain, size
from core.results.heats import Deletion
from core.results.refs import SessionRef
from core.results.sessions import (
    ClassStandings,
    Export,
    SessionClosed,
    SessionInfo,
    SessionList,
    SessionStarted,
    StandingRow,
    Standings,
)


def session_started(result: SessionStarted) -> Answer:
    """Show that a session is open and that the racer's laps go there."""
    lines = [
        f"🟢 {bold(result.session.name)} is open, and your laps go there.",
        *_setting_lines(result.session),
    ]
    return Answer(with_welcome(lines, welcome=result.welcome))


def session_edited(session: SessionInfo) -> Answer:
    """Show a session's settings after a change."""
    return Answer("\n".join([f"✅ Saved. {bold(session.name)}:", *_setting_lines(session)]))


def _setting_lines(session: SessionInfo) -> list[str]:
    """Return what is set on a session, as far as anything is."""
    stated = (("practice", session.practice_rounds), ("qualifying", session.qualifying_rounds))
    rounds = [f"{number} {kind}" for kind, number in stated if number]
    facts = [
        plain(session.track) if session.track else "",
        count(session.days, "day"),
        f"rounds: {listed(rounds)}" if rounds else "",
        _heat_length(session),
        plain(session.time_zone),
    ]
    lines = [" · ".join(fact for fact in facts if fact)]
    if session.is_open and session.closes_at is not None:
        lines.append(f"It closes by itself {moment(session.closes_at)}.")
    return lines


def _heat_length(session: SessionInfo) -> str:
    """Return ``5-minute heats``; nothing where nobody has said."""
    return f"{session.heat_minutes}-minute heats" if session.heat_minutes else ""


def session_list(result: SessionList) -> Answer:
    """Show the team's sessions, the open ones first, and which is the racer's."""
    if not result.sessions:
        return Answer("No session yet: type /lap with your times and one opens by itself.")
    lines = [_session_line(session, is_own=session.id == result.own) for session in result.sessions]
    more = f"and {result.more} more" if result.more else ""
    sessions = join_fitting(lines, CONTENT_LIMIT - size(more) - 1)
    return Answer("\n".join(part for part in (sessions, more) if part))


def _session_line(session: SessionInfo, *, is_own: bool) -> str:
    facts = [
        f"{'🟢' if session.is_open else '🏁'} {bold(session.name)}",
        plain(session.track) if session.track else "",
        moment(session.created_at, "d"),
        count(session.heat_count, "heat"),
        "you race here" if is_own else "",
    ]
    return " · ".join(fact for fact in facts if fact)


def standings(result: Standings, page: int = 1) -> Answer:
    """Show racers × heats by class, with ORP, change, best lap and notes.

    Args:
        result: The whole session.
        page: Which racers of a large team, from 1.
    """
    session = result.session
    state = "open" if session.is_open else "closed"
    own = "you race here" if result.is_own and session.is_open else ""
    facts = [bold(session.name), state, _heat_length(session), own]
    title = " · ".join(fact for fact in facts if fact)
    if not result.has_laps:
        return Answer(f"{title}\nNo laps yet: type /lap with your times.")
    rows = [(of_class, row) for of_class in result.classes for row in of_class.rows]
    shown = page_of(rows, page)
    on_page = _with_rows(result, shown.lines)
    embed = discord.Embed(description=standings_tables(on_page, TABLES_LIMIT), colour=CARD_COLOUR)
    add_section(embed, "Notes", note_lines(on_page))
    embed.set_footer(text=shown.place() or None)
    return Answer(title, embed)


def _with_rows(result: Standings, rows: Sequence[tuple[ClassStandings, StandingRow]]) -> Standings:
    """Return standings with these rows only, and the heats they were driven in."""
    classes = []
    for of_class in result.classes:
        kept = [row for belongs_to, row in rows if belongs_to is of_class]
        driven = [at for at in range(len(of_class.heats)) if any(row.cells[at] for row in kept)]
        classes.append(
            ClassStandings(
                of_class.class_name,
                tuple(of_class.heats[at] for at in driven),
                tuple(replace(row, cells=tuple(row.cells[at] for at in driven)) for row in kept),
            )
        )
    return replace(result, classes=tuple(classes))


def session_closed(result: SessionClosed) -> Answer:
    """Show that a session is closed, where its wrap-up goes and which heats were finished."""
    closed = f"🏁 {bold(result.session.name)} is closed"
    where = channel(result.channel_id) if result.channel_id else "the team"
    if not result.has_laps:
        lines = [f"{closed}. Nobody drove, so there is no wrap-up."]
    elif result.problem:
        lines = [f"{closed}, but its wrap-up cannot be posted."]
    else:
        lines = [f"{closed}. Its wrap-up goes to {where}."]
    if result.finished:
        names = join_fitting([heat_name(heat) for heat in result.finished], 1_000, separator=", ")
        lines.append(f"Finished with it: {names}.")
    if result.problem:
        lines.append(problem_line(result.problem))
    return Answer("\n".join(lines))


def ask_delete_session(deletion: Deletion) -> Answer:
    """Ask before a session is deleted."""
    return Answer(
        f"Delete {bold(deletion.label)} with all its heats and {count(deletion.laps, 'lap')}? "
        "There is no way back."
    )


def session_deleted(deletion: Deletion) -> Answer:
    """Show that a session is gone."""
    return Answer(f"{bold(deletion.label)} is deleted, with {count(deletion.laps, 'lap')}.")


def racing_here(session: SessionRef) -> Answer:
    """Show that the racer's laps go to this session from now on."""
    return Answer(f"You race in {bold(session.name)}: your laps go there from now on.")


def exported(export: Export) -> Answer:
    """Go with a file of laps."""
    if not export.laps:
        return Answer("No laps in it yet; the file has only its headings.")
    return Answer(f"{count(export.laps, 'lap')}, one a row.")
