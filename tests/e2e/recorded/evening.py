"""Two events at once, personal bests, closing, and what is left when all is deleted."""

from __future__ import annotations

from tests.e2e.recorded.cast import Cast
from tests.e2e.recorded.correcting import form_of
from tests.e2e.recorded.diary import Diary, custom_id


async def which_event(day: Diary, cast: Cast) -> None:
    day.chapter("Two events at once: which one?")
    ann, dora, carl, fay, gil = cast.ann, cast.dora, cast.carl, cast.fay, cast.gil
    await day.types(dora, "/session start name:Indoor *Cup* track:Arena timezone:Europe/Berlin")
    await day.types(dora, "/session list")
    for line in (
        "/heat list",
        "/heat show",
        "/session show",
        "/session close",
        "/orp",
        "/heat edit",
        "/heat finish",
        "/session export",
    ):
        await day.types(fay, line)
    await day.is_offered(fay, "lap", "heat", times="20.1")
    await day.is_offered(fay, "session show", "session")
    question = await day.types(fay, "/lap times:20.1 20.2 20.3 heat:Q1 note:mine confidence:4")
    waiting = question.selects[0].custom_id
    saturday, cup = (option.value for option in question.selects[0].options[::-1])
    await day.forges_choice(ann, question, cup, waiting)
    stored = await day.chooses(fay, question, "Indoor *Cup*")
    await day.forges_choice(fay, stored, cup, waiting)
    # Everybody else of no session of their own is asked as well, for a heat too.
    await day.types(cast.olga, "/lap times:20.9")
    start = "/heat start name:Q2 class:Kart"
    await day.types_and_says(cast.olga, start, "Saturday", "Stock")
    others = await day.types(carl, "/lap times:20.5 20.6 racer:@olga")
    await day.presses(carl, others, "Undo")
    refused = await day.types(carl, "/lap times:20.5 20.6 20.5")
    preview = await day.chooses_from_menu(carl, "Log laps", day.says(carl, "21.1 21.2"))
    asked = await day.presses(carl, preview, "Store")
    await day.chooses(carl, asked, "Saturday")
    shown = await day.types(ann, "/session show session:indoor *cup*")
    await day.presses(ann, shown, "Race here")
    await day.types(ann, "/session show")
    await day.types(ann, "/session list")
    race_here = custom_id(shown, "Race here").split(":")[0]
    await day.forges_press(gil, shown, f"{race_here}:{'0' * 32}")
    await day.forges_choice(carl, refused, "0" * 32, refused.selects[0].custom_id)
    await day.forges_choice(carl, refused, saturday, refused.selects[0].custom_id)


async def personal_bests(day: Diary, cast: Cast) -> None:
    day.chapter("Personal bests at a track")
    ann, ben, dora = cast.ann, cast.ben, cast.dora
    await day.types(ann, "/lap times:19.8 20.3 20.4 20.2 25.3 20.3 heat:Q1 class:Buggy")
    best = await day.types(ann, "/lap times:19.7 20.1 20.3 heat:Q2 note:new wing")
    await day.types(dora, "/lap times:21.5 21.6 21.7 heat:Buggy Q1")
    await day.types(dora, "/lap times:21.4 21.3 21.5 heat:Buggy Q2 confidence:2")
    shown = await day.types(ben, "/session show session:Indoor *Cup*")
    await day.presses(ben, shown, "Race here")
    await day.types(ben, "/lap times:19.9 20.0 19.8 20.1 heat:Buggy Q2")
    await day.types(cast.carl, "/session show session:Indoor *Cup*")
    await day.types(ann, "/heat finish heat:Buggy Q1")
    await day.types(ann, "/heat finish heat:Buggy Q2")
    await day.posts()
    await day.types(ann, "/orp heat:Buggy Q1")
    await day.types(dora, "/orp")
    await day.is_offered(ann, "track", "track", "are")
    await day.types(ann, "/track")
    await day.types(dora, "/track track:arena racer:@ben")
    await day.types(cast.fay, "/track track:*Nowhere*")
    await day.closes(ann, "/session close")
    await day.posts()
    wrap_up = day.post_with(cast.arena, "is over")
    await day.presses(cast.ben, wrap_up, "CSV")
    await day.presses(ann, best, "Undo")
    await day.posts()
    await day.types(cast.emil, "/session export session:Indoor *Cup*")


async def a_closed_session(day: Diary, cast: Cast) -> None:
    day.chapter("A closed session")
    ann, dora = cast.ann, cast.dora
    await day.closes(dora, "/session close session:Indoor *Cup*")
    await day.types(dora, "/session show session:Indoor *Cup*")
    await day.types(dora, "/session edit session:Indoor *Cup* name:Indoor Cup track:Hall 2 days:3")
    await day.posts()
    # Its heats still take corrections, by their id, and no new heat opens in it.
    session = await day.types(cast.carl, "/session show session:Indoor Cup")
    place = session.selects[0].custom_id.rsplit(":", 1)[-1]
    await day.forges_press(cast.fay, session, f"race-here:{place}")
    await day.types(dora, "/orp heat:all")
    await day.types(dora, "/lap times:21.1")
    await day.types(dora, "/session list")
    await day.forges_press(cast.carl, session, f"csv:{'0' * 32}")
    await day.closes(ann, "/session close session:Saturday")
    await day.posts()
    closed = form_of(await day.types(ann, "/heat edit"))
    await day.sends(ann, closed, {"heat": "Q55"})
    await day.sends(ann, closed, {"laps": "20.1\n20.2\n20.3", "note": "evening"})
    await day.posts()
    await day.types(cast.emil, "/session export session:Saturday")


async def sessions_are_deleted(day: Diary, cast: Cast) -> None:
    day.chapter("Sessions are deleted")
    await day.types(cast.ann, "/session delete session:Indoor Cup")
    await day.types(cast.olga, "/session delete session:Never")
    asked = await day.types(cast.olga, "/session delete session:Indoor Cup")
    delete = custom_id(asked, "Delete")
    await day.forges_press(cast.ann, asked, delete)
    await day.presses(cast.olga, asked, "Delete")
    await day.forges_press(cast.olga, asked, delete)
    await day.posts()
    await day.types(cast.olga, "/session list")
    await day.types(cast.olga, "/session show session:Indoor Cup")
