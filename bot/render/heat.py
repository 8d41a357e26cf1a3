"""Answers about heats: started, finished, listed, shown, renamed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import discord

from bot.limits import (
    CONTENT_LIMIT,
    DESCRIPTION_LIMIT,
    FIELD_LIMIT,
    FIELD_NAME_LIMIT,
    FIELDS_LIMIT,
    MESSAGE_LIMIT,
)
from bot.render.answer import CARD_COLOUR, Answer, add_section, embed_size
from bot.render.pages import page_of
from bot.render.phrases import (
    bold,
    change_mark,
    channel,
    count,
    heat_name,
    lap_times_within,
    listed,
    moment,
    name_of,
    problem_line,
)
from bot.render.ranking import ranked_table
from bot.render.summary import headline
from bot.render.text import join_fitting, plain, shorten, size
from core.results.heat import (
    Deletion,
    HeatFinished,
    HeatInfo,
    HeatList,
    HeatRenamed,
    HeatReopened,
    HeatStarted,
    HeatTable,
    RacerRun,
)

_FOOTER_ROOM: Final = 80


def heat_started(result: HeatStarted) -> Answer:
    """Show that a heat is open, and which ones were finished for it."""
    lines = [f"🟢 {heat_name(result.heat)} is open · {plain(result.session.name)}"]
    if result.opened_session:
        lines.append(f"Opened the session {bold(result.session.name)} for it.")
    if result.finished:
        names = listed([heat_name(heat) for heat in result.finished])
        verbs = ("was", "is") if len(result.finished) == 1 else ("were", "are")
        lines.append(f"{names} {verbs[0]} still open and {verbs[1]} finished now.")
    return Answer("\n".join(lines))


def heat_finished(result: HeatFinished) -> Answer:
    """Show that a heat is finished and where its summary goes."""
    heat = heat_name(result.heat)
    where = channel(result.channel_id) if result.channel_id else "the team"
    if result.already:
        lines = [f"{heat} was finished already; nothing changed."]
    elif not result.has_laps:
        lines = [f"🏁 {heat} is finished. No laps yet: the first ones post its summary to {where}."]
    elif result.problem:
        lines = [f"🏁 {heat} is finished, but its summary cannot be posted."]
    else:
        lines = [f"🏁 {heat} is finished. Its summary goes to {where}."]
    if result.problem:
        lines.append(problem_line(result.problem))
    return Answer("\n".join(lines))


def heat_reopened(result: HeatReopened) -> Answer:
    """Show that a heat is open again, and what went with it."""
    heat = heat_name(result.heat)
    if result.already:
        return Answer(f"{heat} is open already; nothing changed.")
    follows = "; its post follows" if result.post_follows else ""
    lines = [f"🟢 {heat} is open again · {plain(result.session.name)}{follows}."]
    if result.removed:
        names = listed([heat_name(each) for each in result.removed])
        verbs = ("was", "is") if len(result.removed) == 1 else ("were", "are")
        lines.append(f"{names} {verbs[0]} empty and {verbs[1]} gone.")
    return Answer("\n".join(lines))


def heat_list(result: HeatList) -> Answer:
    """Show the heats of a session, newest first."""
    title = bold(result.session.name)
    if not result.heats:
        return Answer(f"{title} has no heat yet: type /lap with your times and one opens.")
    lines = [_heat_line(heat) for heat in reversed(result.heats)]
    heats = join_fitting(lines, CONTENT_LIMIT - size(title) - 1, more="and {} earlier")
    return Answer(f"{title}\n{heats}")


def _heat_line(info: HeatInfo) -> str:
    """Return one heat: its state, how much was driven, and when."""
    sign, at = ("🟢", info.opened_at) if info.is_open else ("🏁", info.finished_at)
    driven = f"{count(info.racers, 'racer')}, {count(info.laps, 'lap')}" if info.laps else "no laps"
    when = f" · {'since ' if info.is_open else ''}{moment(at, 't')}" if at else ""
    return f"{sign} {heat_name(info.heat)} · {driven}{when}"


def heat_table(table: HeatTable, page: int = 1) -> Answer:
    """Show a heat as it stands: the ranked table, notes, then the laps as far as they fit.

    Args:
        table: The heat.
        page: Which racers of a large team, from 1.
    """
    content = f"{headline(table, '🟢')} · still open" if table.is_open else headline(table)
    if not table.has_laps:
        return Answer(content)
    shown = page_of(table.runs, page)
    embed = discord.Embed(colour=CARD_COLOUR)
    embed.description = ranked_table(
        shown.lines, DESCRIPTION_LIMIT, hint="/orp shows them", first_rank=shown.before + 1
    )
    add_section(embed, "Notes", _note_lines(shown.lines))
    left_out = _add_laps(embed, shown.lines)
    footer = [shown.span()]
    if left_out:
        footer.append(f"Laps of {count(left_out, 'more racer')}: pick one below")
    embed.set_footer(text="\n".join(line for line in footer if line) or None)
    return Answer(content, embed)


def _note_lines(runs: Sequence[RacerRun]) -> list[str]:
    """Return what was changed on the cars beside what it did, the best ORP first."""
    return [f"{_with_change(run)} · {plain(run.note)}" for run in runs if run.note]


def _add_laps(embed: discord.Embed, runs: Sequence[RacerRun]) -> int:
    """Add each racer's laps as far as they fit; return how many racers' do not."""
    room = MESSAGE_LIMIT - embed_size(embed) - _FOOTER_ROOM
    most = FIELDS_LIMIT - len(embed.fields)
    for shown, run in enumerate(runs):
        name = shorten(_with_change(run), FIELD_NAME_LIMIT)
        laps = lap_times_within(run.laps, FIELD_LIMIT)
        room -= size(name) + size(laps)
        if room < 0 or shown == most:
            return len(runs) - shown
        embed.add_field(name=name, value=laps, inline=False)
    return 0


def _with_change(run: RacerRun) -> str:
    change = change_mark(run.change, has_moved=run.has_moved)
    return f"{name_of(run.racer)} {change}".rstrip()


def heat_renamed(result: HeatRenamed) -> Answer:
    """Show a heat's new name."""
    merged = "" if result.merged is None else " It and the heat that was called so are one now."
    return Answer(f"{bold(result.old_label)} is now {heat_name(result.heat)}.{merged}")


def ask_delete_heat(deletion: Deletion) -> Answer:
    """Ask before a heat is deleted."""
    return Answer(
        f"Delete {bold(deletion.label)} with its {count(deletion.laps, 'lap')}? "
        "There is no way back."
    )


def heat_deleted(deletion: Deletion) -> Answer:
    """Show that a heat is gone."""
    return Answer(f"{bold(deletion.label)} is deleted, with {count(deletion.laps, 'lap')}.")
