"""Answers about sessions: started, edited, listed, closed, deleted, exported."""

from __future__ import annotations

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.phrases import (
    bold,
    channel,
    count,
    heat_length,
    heat_name,
    listed,
    moment,
    problem_line,
)
from bot.render.text import join_fitting, plain, size
from core.results.heat import Deletion
from core.results.refs import SessionRef
from core.results.session import (
    Export,
    SessionClosed,
    SessionInfo,
    SessionList,
    SessionReopened,
    SessionStarted,
)


def session_started(result: SessionStarted) -> Answer:
    """Show that a session is open and where the racer's laps go."""
    goes = "your laps go there"
    if result.laps_go_to is not None:
        goes = f"your laps still go to {bold(result.laps_go_to.name)}"
    lines = [
        f"🟢 {bold(result.session.name)} is open, and {goes}.",
        *_setting_lines(result.session),
    ]
    return Answer("\n".join(lines))


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
        heat_length(session.heat_minutes),
        plain(session.time_zone),
    ]
    lines = [" · ".join(fact for fact in facts if fact)]
    if session.is_open and session.closes_at is not None:
        lines.append(f"It closes by itself {moment(session.closes_at)}.")
    elif session.is_open:
        lines.append("It closes by itself at 05:00 after its last day, counted from the first lap.")
    return lines


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


def session_reopened(result: SessionReopened) -> Answer:
    """Show that a session is open again, with which heats, and for how long."""
    name = bold(result.session.name)
    if result.already:
        return Answer(f"{name} is open already; nothing changed.")
    lines = [f"🟢 {name} is open again; its wrap-up follows."]
    if result.heats:
        names = join_fitting([heat_name(heat) for heat in result.heats], 1_000, separator=", ")
        lines.append(f"Open again with it: {names}.")
    if result.closes_at is not None:
        lines.append(f"It closes by itself {moment(result.closes_at)}.")
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
