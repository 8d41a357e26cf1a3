"""What another team cannot reach, and a channel that the bot may not post in."""

from __future__ import annotations

from tests.e2e.recorded.cast import Cast
from tests.e2e.recorded.correcting import form_of
from tests.e2e.recorded.diary import Diary, custom_id


async def nothing_of_another_team(day: Diary, cast: Cast) -> None:
    day.chapter("Nothing of another team is reached from here")
    rita, ann, olga = cast.rita, cast.ann, cast.olga
    strangers = iter(cast.field)
    logged = await day.types(ann, "/lap times:9.1 20.1 20.2 20.3 heat:Q11")
    shown = await day.types(olga, "/heat show heat:Buggy Q11")
    card = await day.types(olga, "/orp racer:@ann heat:Buggy Q11")
    asked = await day.types(olga, "/heat delete heat:Buggy Q11")
    session = await day.types(olga, "/session delete session:Saturday")
    form = await day.presses(ann, logged, "Edit laps")
    here = await day.types(rita, "/session list")
    for there, label in (
        (logged, "Undo"),
        (logged, "Edit laps"),
        (logged, "Finish heat"),
        (logged, "Count it"),
        (asked, "Delete"),
        (session, "Delete"),
    ):
        await day.forges_press(rita, here, custom_id(there, label))
    await day.forges_press(next(strangers), here, custom_id(card, "Share"))
    place = shown.selects[0].custom_id
    await day.forges_choice(next(strangers), here, str(ann.id), place)
    heat_id, session_id = (custom_id(one, "Delete").split(":")[1] for one in (asked, session))
    for forged in (
        f"csv:{session_id}",
        f"race-here:{session_id}",
        f"page:session:{session_id}:1",
        f"page:heat:{heat_id}:2",
        f"sure:{heat_id}:4",
    ):
        await day.forges_press(next(strangers), here, forged)
    for command, options in (
        ("lap", {"times": "20.1", "heat": heat_id}),
        ("heat show", {"heat": heat_id}),
        ("heat rename", {"heat": heat_id, "name": "Q12"}),
        ("orp", {"heat": heat_id}),
        ("session show", {"session": session_id}),
        ("session close", {"session": session_id}),
    ):
        await day.forges(next(strangers), command, **options)
    await day.types(rita, "/heat edit heat:Buggy Q11")
    theirs = form_of(await day.types(rita, "/heat edit heat:Mine"))
    await day.sends(rita, theirs, {"laps": "20.1"}, custom_id=form_of(form).custom_id)
    await day.types(olga, "/heat show heat:Buggy Q11")
    await day.presses(ann, logged, "Undo")


async def a_channel_it_may_not_post_in(day: Diary, cast: Cast) -> None:
    day.chapter("A channel it may not post in")
    ann, olga = cast.ann, cast.olga
    pits, hall = cast.arena.channel("pits"), cast.arena.channel("old-hall")
    await day.types(olga, "/team channel channel:#pits")
    cast.discord.forbid(pits, "attach_files")
    await day.types(olga, "/team show")
    cast.discord.forbid(pits, "send_messages")
    await day.types(olga, "/team show")
    await day.types(ann, "/lap times:20.1 20.2 20.3 heat:Q12")
    await day.types(ann, "/heat finish")
    await day.posts()
    await day.types(ann, "/team show")
    cast.discord.allow(pits)
    await pits.wait_for(lambda message: "Q12" in message.content)
    await day.posts()
    await day.types(olga, "/team channel channel:#old-hall")
    await day.types(ann, "/lap times:20.1 20.2 20.3 heat:Q13")
    cast.discord.delete_channel(hall)
    await day.types(ann, "/heat finish")
    await day.posts()
    await day.types(ann, "/team show")
    await day.types(cast.hal, "/session start name:Nowhere")
    await day.types(cast.hal, "/lap times:20.1 20.2")
    await day.types(cast.hal, "/session close session:Nowhere")
    await day.types(olga, "/team channel channel:#race-day")
    await day.posts()
    # A summary that somebody deletes is not posted again.
    cast.discord.delete_message(day.post_with(cast.arena, "Q13"))
    await day.posts()
    await day.types(ann, "/lap times:20.4 heat:Buggy Q13")
    await day.posts()
    await day.types(ann, "/lap times:20.5 heat:Buggy Q13")
