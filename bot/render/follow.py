"""Answers about following: what is followed, how fresh, how far behind, and who is linked."""

from __future__ import annotations

from typing import Final

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.phrases import bold, count, listed, moment, name_of, problem_line
from bot.render.text import join_fitting, plain
from core.results.follow import Followed, Following, WhichSession

_MOST_NAMES: Final = 600
_HOW: Final = (
    "Type `/session follow url:` with the event's page on LiveRC or MyRCM, and every heat comes in "
    "by itself."
)


def following(result: Following) -> Answer:
    """Show what a team follows, and who of it is linked."""
    lines = []
    if result.stopped is not None:
        lines.append(f"{bold(result.stopped)} is followed no more; what has come in stays.")
    for each in result.followed:
        lines += _followed(each, result)
    if not result.followed and result.stopped is None:
        lines.append(f"Nothing is followed. {_HOW}")
    if result.followed:
        lines += _people(result)
    return Answer(join_fitting(lines, CONTENT_LIMIT))


def which_session(which: WhichSession) -> Answer:
    """Ask which of several sessions an event is followed for."""
    return Answer(f"Which session is {bold(which.event)} followed for? Several are open.")


def _followed(each: Followed, result: Following) -> list[str]:
    event, session = bold(each.event), bold(each.session.name)
    lines = [f"📡 {event} · for {session}"]
    if each.id == result.began:
        opened = f", which is open now: your laps go to {session}" if result.opened_session else ""
        lines = [
            f"📡 {event} is followed for {session}{opened}.",
            "From now on every heat with one of you in it comes in by itself; nobody types.",
        ]
    lines.append(_state(each))
    if each.trouble is not None:
        lines.append(problem_line(each.trouble))
    lines += [f"Taken in spite of a fault: {plain(fault)}" for fault in each.faults]
    return lines


def _state(each: Followed) -> str:
    if each.state == "lost":
        return "Its page was gone for a day, and is looked at no more."
    looked = f"Looked at {_ago(each)}" if each.looked_at else "Not looked at yet"
    facts = [looked]
    if each.next_look_at is not None:
        facts.append(f"next {moment(each.next_look_at, 't')}")
    elif each.state == "done":
        facts.append("its session is closed, all is in")
    facts.append(f"{count(each.races, 'race')} read, {each.with_members} with you in it")
    if each.unread or each.waiting:
        behind = [
            f"{count(each.unread, 'race')} to read" if each.unread else "",
            f"{each.waiting} to take in" if each.waiting else "",
        ]
        facts.append(f"behind: {listed([part for part in behind if part])}")
    return " · ".join(facts)


def _ago(each: Followed) -> str:
    return moment(each.looked_at, "t") if each.looked_at else ""


def _people(result: Following) -> list[str]:
    linked = [f"{name_of(each.racer)} ({plain(each.driver_name)})" for each in result.linked]
    unlinked = [name_of(each) for each in result.unlinked]
    lines = []
    if linked:
        lines.append(f"Linked: {join_fitting(linked, _MOST_NAMES, separator=', ')}")
    if unlinked:
        names = join_fitting(unlinked, _MOST_NAMES, separator=", ")
        lines.append(f"Not linked yet: {names}")
    if unlinked or not linked:
        lines.append(
            "Type `/profile driver_name:` with the name you race under, as the page has it."
        )
    return lines
