"""What happens on the weekend, from the first lap on Saturday to the wrap-up on Sunday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from localdiscord import LocalDiscord
from localdiscord.client.people import Member, Team
from tests.e2e.aftermath import Aftermath
from tests.e2e.weekend.notebook import CHANNEL, Notebook

BUGGY: Final = ("ann", "ben", "cleo", "dora", "emil")
TRUGGY: Final = ("fay", "gil", "hal", "ida", "jon")
_INTRODUCTION: Final = """\
# A race day

Two classes, ten racers, three events on one weekend, and the mistakes that people make with dirty
hands and no time. Each line with a `>` is what somebody types; what is in `[ ]` is pressed, and
what is in `‹ ›` is chosen. Answers are seen by whoever asked alone; what stands under `#race-day`
everybody sees. All is as it looks on a phone 44 columns wide.

A test plays this weekend and checks that every lap ends up where its racer meant it; this page is
what it writes down: `python -m tests.e2e.write_a_race_day`."""


@dataclass(frozen=True)
class Cast:
    """A team: five race Buggy, five Truggy, and Olga runs the show."""

    team: Team
    olga: Member
    racers: dict[str, Member]

    @classmethod
    def gather(cls, discord: LocalDiscord) -> Cast:
        """Make the team."""
        team = discord.add_guild("Arena", owner="olga", channels=(CHANNEL,))
        racers = {name: team.add_member(name) for name in (*BUGGY, *TRUGGY)}
        return cls(team, team.owner, racers)


def run_of(name: str, laps: int = 6, *, slower: int = 0) -> str:
    """Return lap times in seconds that are like nobody else's, a little slower at the end."""
    number = (*BUGGY, *TRUGGY).index(name)
    first_ms = 20_000 + 137 * number + slower
    times = (first_ms + 61 * (lap * (number + 3) % 7) + 23 * lap for lap in range(laps))
    return " ".join(f"{time / 1000:.3f}" for time in times)


async def played(discord: LocalDiscord, after: Aftermath) -> tuple[Notebook, Cast]:
    """Play the weekend; return what was written down, and who was there."""
    cast = Cast.gather(discord)
    book = Notebook(cast.team, after)
    await _noon_and_no_hurry(cast)
    book.remark_as_it_is(_INTRODUCTION)
    for chapter in (
        _saturday_morning,
        _practice,
        _first_qualifier,
        _laps_in_the_wrong_place,
        _a_second_event,
        _mains,
        _sunday_morning,
        _the_end,
    ):
        await chapter(book, cast)
    return book, cast


async def _noon_and_no_hurry(cast: Cast) -> None:
    """Have nothing happen by itself: it is noon, and heats wait to be finished."""
    await cast.olga.type(CHANNEL, f"/team timezone name:{zone_of_noon(datetime.now(UTC))}")
    await cast.olga.type(CHANNEL, "/team auto_finish minutes:0")


def zone_of_noon(now: datetime) -> str:
    """Return a time zone in which it is between 12 and 13 o'clock; ``Etc/GMT+9`` lies west."""
    west = now.hour - 12
    return f"Etc/GMT{west:+d}" if west else "Etc/GMT"


async def _saturday_morning(book: Notebook, cast: Cast) -> None:
    book.chapter("Saturday morning")
    book.remark("Olga opens the day. Ann is the first on the track, and says her class once.")
    start = "/session start name:Club Race days:2 track:Arena practice_rounds:1 qualifying_rounds:2"
    await book.types(cast.olga, start)
    racers = cast.racers
    await book.logs(racers["ann"], run_of("ann"), at="Club Race · Buggy P1", options="class:Buggy")
    book.remark("Fay races Truggy. From here on both just type their laps.")
    await book.logs(
        racers["fay"], run_of("fay"), at="Club Race · Truggy P1", options="class:Truggy"
    )


async def _practice(book: Notebook, cast: Cast) -> None:
    racers = cast.racers
    book.remark("Ben has not said what he races, and two classes do: he is asked, once.")
    asked = await book.logs(racers["ben"], run_of("ben"), at="Club Race · Buggy P1")
    await book.chooses(racers["ben"], asked, "Buggy")
    book.remark("Gil's thumb slips. A class that nearly matches is asked about, not opened.")
    asked = await book.logs(
        racers["gil"], run_of("gil"), at="Club Race · Truggy P1", options="class:Trugyg"
    )
    await book.chooses(racers["gil"], asked, "Truggy")
    for name, session_class in (("cleo", "Buggy"), ("dora", "Buggy"), ("hal", "Truggy")):
        at = f"Club Race · {session_class} P1"
        await book.logs(racers[name], run_of(name), at=at, options=f"class:{session_class}")
    await book.types(cast.olga, "/heat finish heat:Buggy P1")
    await book.types(cast.olga, "/heat finish heat:Truggy P1")
    await book.posts()


async def _first_qualifier(book: Notebook, cast: Cast) -> None:
    racers = cast.racers
    book.chapter("The first qualifier")
    await book.time_passes(30)
    book.remark(
        "Olga starts Buggy's first qualifier. Fay is in Truggy, and her laps go there: a heat that "
        "somebody starts in another class is none of hers."
    )
    await book.types(cast.olga, "/heat start class:Buggy")
    await book.logs(racers["fay"], run_of("fay", slower=90), at="Club Race · Truggy Q1")
    for name in ("ann", "cleo"):
        await book.logs(racers[name], run_of(name, slower=50), at="Club Race · Buggy Q1")
    book.remark("Fifteen laps, and one of them is no lap time: nothing is stored, nothing is lost.")
    good = run_of("ben", 15)
    bad = good.replace(good.split()[7], "20..9", 1)
    refused = await book.types(racers["ben"], f"/lap times:{bad} confidence:4")
    opened = await book.presses(racers["ben"], refused, "Fix it")
    await book.sends(racers["ben"], opened.modal, {"laps": "\n".join(good.split())})
    book.means(racers["ben"], good, at="Club Race · Buggy Q1")
    book.remark("Dora types a lap ten times too long, and sees it.")
    typed = await book.types(racers["dora"], "/lap times:205 20.611")
    await book.presses(racers["dora"], typed, "Undo")
    await book.logs(racers["dora"], "20.5 20.611 20.702", at="Club Race · Buggy Q1")
    book.remark("Olga finishes the heat. Emil was slow to type: his laps still go there.")
    await book.types(cast.olga, "/heat finish heat:Buggy Q1")
    await book.posts()
    await book.time_passes(4)
    await book.logs(
        racers["emil"], run_of("emil"), at="Club Race · Buggy Q1", options="class:Buggy"
    )
    await book.posts()


async def _laps_in_the_wrong_place(book: Notebook, cast: Cast) -> None:
    racers = cast.racers
    book.chapter("Laps in the wrong place")
    await book.time_passes(20)
    book.remark("Hal starts the next heat and gives it up again, but Gil still has laps to type.")
    await book.types(racers["hal"], "/heat start")
    await book.types(racers["hal"], "/heat finish")
    book.remark("They land in the newer heat. He meant the one before: one tap.")
    typed = await book.logs(racers["gil"], run_of("gil", slower=70), at="Club Race · Truggy Q1")
    await book.posts()
    await book.chooses(racers["gil"], typed, "Truggy Q1")
    await book.posts()
    await book.time_passes(11)
    book.remark("The heat that nobody drove in has used up no name.")
    await book.logs(racers["hal"], run_of("hal", slower=70), at="Club Race · Truggy Q2")
    book.remark("Ann takes back a run by mistake, and has it again.")
    typed = await book.logs(racers["ann"], run_of("ann", 5), at="Club Race · Buggy Q2")
    undone = await book.presses(racers["ann"], typed, "Undo")
    await book.presses(racers["ann"], undone, "Put back")
    book.remark("Cleo's four laps were practice: she takes them to a heat of their own.")
    typed = await book.types(racers["cleo"], f"/lap times:{run_of('cleo', 4)}")
    opened = await book.presses(racers["cleo"], typed, "Edit laps")
    moved = await book.sends(racers["cleo"], opened.modal, {"heat": "P2"})
    await book.presses(racers["cleo"], moved, "Finish heat")
    book.means(racers["cleo"], run_of("cleo", 4), at="Club Race · Buggy P2")
    await book.types(cast.olga, "/heat show heat:Buggy Q2")


async def _a_second_event(book: Notebook, cast: Cast) -> None:
    racers = cast.racers
    book.chapter("A second event on the same evening")
    book.remark("Some go to the Night Cup. Who is in the Club Race stays there until they say so.")
    await book.types(racers["ida"], "/session start name:Night Cup days:2 track:Hall")
    await book.logs(racers["ida"], run_of("ida"), at="Night Cup · P1")
    await book.logs(racers["ann"], run_of("ann", 3, slower=20), at="Club Race · Buggy Q2")
    book.remark("Jon has raced nowhere yet, and two events are open.")
    asked = await book.logs(racers["jon"], run_of("jon"), at="Night Cup · P1")
    await book.chooses(racers["jon"], asked, "Night Cup")
    book.remark("He wants to close it, but Ida was driving a moment ago.")
    asked = await book.types(racers["jon"], "/session close")
    await book.chooses(racers["jon"], asked, "Not yet")
    await book.time_passes(31)
    await book.types(racers["jon"], "/session close")
    await book.posts()


async def _mains(book: Notebook, cast: Cast) -> None:
    racers = cast.racers
    book.chapter("Mains")
    await book.time_passes(40)
    await book.logs(
        racers["ben"],
        run_of("ben", slower=30),
        at="Club Race · Buggy A-Main",
        options="heat:A-Main",
    )
    book.remark("“A main” and “A-Main” are one heat.")
    await book.logs(
        racers["dora"],
        run_of("dora", slower=30),
        at="Club Race · Buggy A-Main",
        options="heat:a main",
    )
    finished = await book.types(racers["ben"], "/heat finish")
    await book.settles()
    book.remark("Too early: Emil is still driving. It goes on, and its post with it.")
    await book.presses(racers["ben"], finished, "Reopen")
    await book.logs(
        racers["emil"],
        run_of("emil", slower=30),
        at="Club Race · Buggy A-Main",
        options="heat:A Main",
    )
    await book.types(racers["ben"], "/heat finish")
    await book.settles()
    await book.types(cast.olga, "/heat finish heat:Buggy Q2")
    await book.types(cast.olga, "/heat finish heat:Truggy Q2")
    await book.time_passes(15)
    book.remark("After an A main come others; which one, Cleo says with a tap.")
    asked = await book.logs(
        racers["cleo"], run_of("cleo", slower=40), at="Club Race · Buggy B main"
    )
    await book.chooses(racers["cleo"], asked, "B main")
    await book.types(racers["cleo"], "/heat finish")
    await book.posts()


async def _sunday_morning(book: Notebook, cast: Cast) -> None:
    racers = cast.racers
    book.chapter("Sunday morning")
    await book.time_passes(9 * 60)
    book.remark(
        "Hal opens another event. Ann looks at what she did yesterday, and finds a lap too many."
    )
    await book.types(racers["hal"], "/session start name:Sunday Cup days:2 track:Arena")
    await book.types(racers["ann"], "/orp heat:Buggy Q1")
    opened = await book.types(racers["ann"], "/heat edit heat:Buggy Q1")
    laps = run_of("ann", slower=50).split()
    await book.sends(racers["ann"], opened.modal, {"laps": "\n".join(laps[:-1])})
    book.meant["Club Race", "Buggy Q1", "ann"].pop()
    await book.posts()


async def _the_end(book: Notebook, cast: Cast) -> None:
    racers = cast.racers
    book.chapter("The end")
    await book.types(cast.olga, "/session close session:Club Race")
    await book.posts()
    book.remark("Ben drives on. His event was closed before its time, so he is asked.")
    asked = await book.logs(racers["ben"], run_of("ben", 4), at="Sunday Cup · P1")
    await book.chooses(racers["ben"], asked, "Sunday Cup")
