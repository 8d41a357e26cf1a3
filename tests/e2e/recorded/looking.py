"""ORP cards, racers side by side, and tables that are longer than a page."""

from __future__ import annotations

from tests.e2e.recorded.cast import Cast
from tests.e2e.recorded.diary import Diary, custom_id


async def orp_cards(day: Diary, cast: Cast) -> None:
    day.chapter("ORP cards")
    ann, ben, dora, emil, fay = cast.ann, cast.ben, cast.dora, cast.emil, cast.fay
    await day.types(ann, "/orp heat:Buggy Q3")
    await day.types(ben, "/orp heat:Buggy Q5")
    await day.types(ben, "/orp racer:@dora heat:Buggy Q5")
    await day.types(emil, "/orp racer:@emil heat:Buggy Q5")
    await day.types(fay, "/orp heat:Buggy Q5")
    await day.types(fay, "/orp racer:@hal")
    await day.types(fay, "/orp racer:@ann heat:Q99")
    await day.forges(emil, "orp", racer=cast.bot)
    card = await day.chooses_from_menu(dora, "ORP card", emil)
    await day.chooses_from_menu(dora, "ORP card", cast.hal)
    await day.presses(dora, card, "Share")
    whole = await day.types(dora, "/orp heat:all racer:@ann")
    await day.presses(dora, whole, "Share")
    for scope in ("heat", "session"):
        made_up = f"share:{scope}:{'0' * 32}:{ann.id}"
        await day.forges_press(emil, card, made_up)
    nobody = custom_id(card, "Share").rsplit(":", 1)[0] + f":{fay.id}"
    await day.forges_press(emil, card, nobody)


async def how_long_heats_last(day: Diary, cast: Cast) -> None:
    day.chapter("How long heats last")
    ann = cast.ann
    await day.types(ann, "/session edit heat_minutes:3")
    await day.types(ann, "/orp heat:Buggy Q5")
    await day.forges(ann, "session edit", heat_minutes=0)
    await day.forges(ann, "session edit", heat_minutes=61)


async def side_by_side(day: Diary, cast: Cast) -> None:
    day.chapter("Two racers side by side")
    ann, gil, hal = cast.ann, cast.gil, cast.hal
    both = await day.types(ann, "/orp with:@ben heat:Buggy Q5")
    await day.presses(ann, both, "Share")
    await day.types(hal, "/orp racer:@ben with:@ann heat:all")
    await day.types(ann, "/orp with:@ann")
    await day.types(hal, "/orp racer:@ann with:@hal")
    await day.types(hal, "/orp racer:@ann with:@gil")
    await day.types(hal, "/orp racer:@ann with:@ben heat:Q99")
    gone = custom_id(both, "Share").rsplit(":", 1)[0] + f":{hal.id}"
    await day.forges_press(gil, both, gone)
    await day.forges_press(gil, both, gone.replace(str(hal.id), "1"))
    await day.types(gil, "/orp racer:@dora with:@hal heat:all")


async def looking_at_one_racer(day: Diary, cast: Cast) -> None:
    day.chapter("Looking at one racer of a table")
    fay, hal = cast.fay, cast.hal
    heat = await day.types(fay, "/heat show heat:Buggy Q5")
    await day.chooses(fay, heat, "ann")
    session = await day.types(hal, "/session show session:Saturday")
    await day.chooses(hal, session, session.selects[0].options[-1].label)
    await day.forges_choice(hal, heat, "17", heat.selects[0].custom_id)
    await day.forges_choice(hal, heat, "x", heat.selects[0].custom_id)


async def a_large_field(day: Diary, cast: Cast) -> None:
    day.chapter("A field that is longer than a page")
    for number, racer in enumerate(cast.field):
        times = [f"2{number // 10}.{100 + 7 * number + step}" for step in (0, 3, 9, 1)]
        await day.types(racer, f"/lap times:{' '.join(times)} heat:Q1")
    await _behind_a_card(day, cast)
    rita = cast.rita
    heat = await day.types(rita, "/heat show")
    later = await day.presses(rita, heat, "▶")
    await day.chooses(rita, later, later.selects[0].options[0].label)
    await day.presses(rita, later, "◀")
    session = await day.types(rita, "/session show")
    await day.presses(rita, session, "▶")
    await day.forges_press(rita, session, custom_id(session, "◀").rsplit(":", 1)[0] + ":77")
    await day.types(cast.field[0], "/heat finish")
    await day.posts()
    await day.closes(cast.field[1], "/session close")
    await day.posts()
    many = await day.types(rita, "/lap times:" + " ".join(["20.1", "20.2", "20.3"] * 50))
    await day.types(cast.field[2], "/heat show")
    await day.presses(rita, many, "Undo")


async def _behind_a_card(day: Diary, cast: Cast) -> None:
    """Press More, everybody so seldom that the bot asks nobody to wait."""
    first, second, third = cast.field[4:7]
    card = await day.types(first, "/orp")
    await day.presses(first, card, "More")
    whole = await day.types(second, "/orp heat:all")
    await day.presses(second, whole, "More")
    for scope in ("heat", "session"):
        await day.forges_press(third, card, f"more:{scope}:{'0' * 32}:{first.id}")
    nobody = custom_id(card, "More").rsplit(":", 1)[0] + f":{cast.rita.id}"
    await day.forges_press(third, card, nobody)
