"""The morning: nobody has raced yet, the team is set up, the first laps, the first session."""

from __future__ import annotations

from typing import Final

from tests.e2e.recorded.cast import Cast
from tests.e2e.recorded.diary import Diary

NOTHING: Final = "\u200b \u200b"
"""A name of which nothing is left."""

ACCEPTED: Final = (
    "58.234",
    "58.1 58.0 58.2",
    "1:02.345",
    "0:58.2",
    "62",
    "58.9s",
    "58,234",
    "58,2",
    "1:02,35",
    "58,59 58,61",
    "58.1,58.2",
    "58.1, 58.2 ,58.3",
    "58.4;58.5|58.6",
    "58.23449 58.2345",
    "1. 58.1\n2. 58.2\n3. 58.3",
    "1) 58.3\n2) 58.4",
    "Lap 1: 58.5\nLap 2: 58.6",
    "1\t58.7\n2\t58.8",
    "1. 58.912 2. 59.044",
    "1 58.912 2 59.044",
    "Lap Pos Time Pace\n0 0 0.000 0\n1 2 58.912 6/5:53.472\n2 1 59.044 6/5:53.868",
    "\u200e58.1\u200b58.2",
)
REFUSED: Final = (
    "58..2",
    "58.1 58.x 58.3",
    "58.",
    ".5",
    "1.58.2",
    "-58.2",
    "5e1",
    "NaN",
    "fast",
    "58,59",
    "58,1,58,2",
    "14/5:05.123",
    "1:62.1",
    "1:2.1",
    "0",
    "0.0004",
    "1000",
    "٥٨.٢",
    "Lap 1:58.2",
    "20 20.912 21 21.044",
    "20 20.912 21 21.044 20.5",
    "1\t58.7\t58.8",
    ";",
    "58.2 @everyone **x** `y`",
    " ".join(["58.1"] * 601),
)


async def nobody_has_raced_yet(day: Diary, cast: Cast) -> None:
    day.chapter("What the bot can be asked for")
    day.commands()
    day.chapter("Nobody has raced yet")
    ann = cast.ann
    for line in (
        "/heat list",
        "/heat finish",
        "/heat rename heat:Q1 name:Q2",
        "/session list",
        "/session close",
        "/session edit track:Arena",
    ):
        await day.types(ann, line)
    # Looking costs: nobody may look more than ten times in ten seconds.
    for line in (
        "/heat show",
        "/heat show heat:Q1",
        "/session show",
        "/session show session:Club Race",
        "/session export",
        "/orp",
    ):
        await day.types(cast.carl, line)
    await day.types(cast.olga, "/orp heat:all racer:@ann")
    await day.types(cast.olga, "/orp with:@ann")
    await day.types(ann, "/heat edit")
    for command, option in (
        ("lap", "heat"),
        ("lap", "class"),
        ("orp", "heat"),
        ("session show", "session"),
        ("session start", "track"),
    ):
        await day.is_offered(ann, command, option)


async def the_team_is_set_up(day: Diary, cast: Cast) -> None:
    day.chapter("The team is set up")
    for who in (cast.ann, cast.olga):
        await day.types(who, "/team show")
    for line in (
        "/team channel channel:#race-day",
        "/team crew role:@crew",
        "/team timezone name:Europe/Berlin",
        "/team auto_finish minutes:45",
    ):
        await day.types(cast.ann, line)
        await day.types(cast.olga, line)
    await day.types(cast.olga, "/team timezone name:Lübeck *now*")
    for minutes in (0, 1):
        await day.types(cast.olga, f"/team auto_finish minutes:{minutes}")
    for forged in (-1, 100_000, "soon"):
        await day.forges(cast.olga, "team auto_finish", minutes=forged)
    await day.types(cast.olga, "/team auto_finish minutes:45")
    await day.types(cast.ann, "/team show")
    for typed in ("new york", "berl", "xyz", ""):
        await day.is_offered(cast.olga, "team timezone", "name", typed)


async def people_introduce_themselves(day: Diary, cast: Cast) -> None:
    day.chapter("People introduce themselves")
    await day.types(cast.ann, "/profile")
    await day.types(cast.ann, "/profile experience:Pro driver_name:A. NN driving_style:smooth *")
    await day.types(cast.ben, "/profile racer:@ann")
    await day.types(cast.ben, "/profile experience:Sportsman racer:@ann")
    await day.types(cast.carl, "/profile experience:Sportsman racer:@ben")
    await day.types(cast.carl, "/profile racer:@ben")
    await day.types(cast.fay, "/profile racer:@hal")
    await day.forges(cast.ann, "profile", experience="Beginner")
    await day.forges(cast.ann, "profile", driving_style="x" * 300)
    await day.forges(cast.ann, "profile", driver_name=NOTHING)
    await day.forges(cast.ann, "profile", racer=cast.bot)
    await day.types(cast.ann, "/profile")


async def the_first_laps_open_a_session(day: Diary, cast: Cast) -> None:
    day.chapter("The first laps open a session")
    await day.types(cast.hal, "/heat start")
    await day.chooses_from_menu(cast.fay, "Log laps", day.says(cast.fay, "58.2 58.3"))
    await day.closes(cast.hal, "/session close")
    await day.chooses_from_menu(cast.fay, "Log laps", day.says(cast.fay, "58.2 58.3 58.4"))
    first = await day.types(cast.ann, "/lap times:58.2 58.1 58.3")
    await day.presses(cast.ann, first, "Undo")
    await day.types(cast.ann, "/session list")
    again = await day.types(cast.ann, "/lap times:58.2 58.1 58.3")
    await day.types(cast.ben, "/lap times:57.9 58.0 confidence:4 note:35wt *rear* @here")
    await day.types(cast.ben, "/heat list")
    await day.types(cast.ann, "/session list")
    await day.types(cast.gil, "/session show")
    await day.types(cast.gil, "/heat show")
    await day.presses(cast.ann, again, "Finish heat")
    await day.posts()
    await day.types(cast.ann, "/heat finish")
    # The next heats count on by themselves; the second is opened and stays without laps.
    await day.types(cast.ann, "/lap times:58.0 57.9 58.4 58.2")
    await day.types(cast.ann, "/heat start")
    await day.posts()
    await day.types(cast.ann, "/heat list")
    await day.closes(cast.ben, "/session close")
    await day.posts()
    await day.types(cast.ann, "/session list")
    await day.types(cast.gil, "/session show")
    await day.types(cast.ann, "/heat list")
    await day.closes(cast.ben, "/session close")


async def a_session_is_started(day: Diary, cast: Cast) -> None:
    day.chapter("A session is started")
    ann = cast.ann
    await day.types(
        ann,
        "/session start name:Saturday days:2 track:Arena  33 practice_rounds:2 "
        "qualifying_rounds:3 timezone:America/New_York",
    )
    await day.types(ann, "/session start name:saturday")
    for options in (
        {"name": ""},
        {"name": NOTHING},
        {"name": "x" * 300},
        {"name": "Long", "days": 8},
        {"name": "Short", "days": 0},
        {"name": "Rounds", "practice_rounds": -1},
        {"name": "Rounds", "qualifying_rounds": 1_000},
        {"name": "Track", "track": "y" * 300},
        {"name": "Zone", "timezone": "Mars/Olympus"},
        {"name": "Days", "days": "two"},
    ):
        await day.forges(ann, "session start", **options)
    # No heat is there yet.
    await day.chooses_from_menu(cast.fay, "Log laps", day.says(cast.fay, "58.2 58.3"))
    await day.types(ann, "/session edit")
    await day.types(ann, "/session edit days:1 practice_rounds:3 timezone:Europe/Berlin")
    await day.types(ann, "/session edit session:Sunday name:Monday")
    await day.types(ann, "/session edit session:Saturday name:Club *Race* track:Arena")
    await day.types(ann, "/session edit name:Saturday qualifying_rounds:0")
    await day.types(cast.gil, "/session show")
    await day.types(ann, "/session list")
    await day.types(ann, "/heat list")
    await day.types(cast.ben, "/heat show")
    await day.types(ann, "/heat finish")
    await day.types(cast.gil, "/session export")
    for command, option, typed in (
        ("session show", "session", ""),
        ("session edit", "session", "sat"),
        ("session close", "session", "nothing like it"),
        ("session start", "track", "are"),
        ("session start", "timezone", "auck"),
        ("session edit", "track", ""),
    ):
        await day.is_offered(ann, command, option, typed)


async def lap_times_as_people_write_them(day: Diary, cast: Cast) -> None:
    day.chapter("Lap times as people write them")
    for times in ACCEPTED:
        await day.types(cast.ann, f"/lap heat:Spelling times:{times}")
    for times in REFUSED:
        await day.forges(cast.ann, "lap", times=times, heat="Spelling")
    await day.types(cast.ann, "/heat list")
    await day.types(cast.ben, "/heat show heat:Spelling")


async def options_of_lap(day: Diary, cast: Cast) -> None:
    day.chapter("The options of /lap")
    ann = cast.ann
    for options in (
        {"confidence": 0},
        {"confidence": 6},
        {"confidence": "high"},
        {"note": "n" * 300},
        {"note": NOTHING},
        {"heat": "all"},
        {"heat": NOTHING},
        {"heat": "h" * 200},
        {"class_": "c" * 200},
        {"heat": "00000000-0000-4000-8000-000000000000"},
        {"racer": cast.bot},
    ):
        await day.forges(ann, "lap", times="58.1 58.2", **options)
    await day.types(ann, "/lap times:58.1 racer:@ben")
    await day.types(ann, "/lap times:58.4 racer:@ann heat:P1 note:soft confidence:2")
    await day.types(cast.carl, "/lap times:58.1 58.3 58.2 racer:@ben heat:P1 note:hard")
    await day.types(cast.olga, "/lap times:57.7 racer:@dora heat:P1")
    # Nothing about P1 changes that the racers are in Spelling and P1.
    for who in (cast.ann, cast.ben, cast.dora):
        await day.types(who, "/lap times:58.5")
