"""Classes and heats; laps that are worth a second look; finishing, rating and being late."""

from __future__ import annotations

from typing import Final

from tests.e2e.recorded.cast import Cast
from tests.e2e.recorded.diary import Diary, custom_id
from tests.e2e.recorded.morning import NOTHING

# Ten laps with a mistake, and seven even ones.
RACE: Final = "20.112 20.318 20.204 20.911 20.407 23.720 20.215 20.508 20.309 20.633"
EVEN: Final = "20.1 20.2 20.3 20.2 20.1 20.2 20.3"


async def classes_and_heats(day: Diary, cast: Cast) -> None:
    day.chapter("Classes and heats")
    ann, ben, emil = cast.ann, cast.ben, cast.emil
    await day.types_and_says(ann, "/heat start name:Q1 class:Buggy", "Only mine")
    await day.types(ann, "/heat start name: q1 class:BUGGY")
    await day.types(ann, "/lap times:21.1 class:Bugyg")
    await day.types_and_says(ben, "/heat start name:Q1 class:Truggy", "Saturday")
    await day.types(ann, "/lap times:21.1 21.2 21.0 heat:Buggy Q1")
    await day.types(ann, "/heat start name: q-1 class:BUGGY")
    await day.types(ben, "/lap class:Truggy times:22.1 22.2 22.0")
    await day.types(emil, "/lap times:21.5 21.6 heat:Q1")
    await day.types(emil, "/heat show heat:Q1")
    await day.types(emil, "/lap times:21.5 21.6 heat:truggy q1")
    await day.types(emil, "/lap times:21.5")
    await day.types(emil, "/lap times:30.5 class:Stock")
    await day.types(ann, "/heat start")
    await day.types(ann, "/heat start name:all")
    await day.forges(ann, "heat start", name="x" * 200)
    await day.forges(ann, "heat start", name=NOTHING)
    await day.forges(ann, "heat start", name="Q9", **{"class": "y" * 200})
    await day.posts()
    await day.types(ann, "/heat rename heat:Buggy Q1 name:A-Main")
    await day.types(ann, "/heat rename heat:A main name:all")
    await day.types(ann, "/heat rename heat:Q2 name:a main")
    await day.types(ann, "/heat rename heat:Q77 name:Q78")
    await day.types(ben, "/heat list")
    await day.types(cast.gil, "/session show")
    await day.posts()
    for who, typed in ((ann, ""), (ben, "q1"), (cast.fay, "a-ma"), (cast.fay, "zzz")):
        await day.is_offered(who, "lap", "heat", typed, times="58.2")
    await day.is_offered(cast.carl, "lap", "heat", "", times="58.2", racer=emil)
    for option, typed in (("class", ""), ("class", "trug"), ("class", "zzz")):
        await day.is_offered(ann, "lap", option, typed, times="58.2")
    for command in ("heat start", "heat finish", "heat show", "heat edit", "heat rename"):
        option = "class" if command == "heat start" else "heat"
        await day.is_offered(ann, command, option, "q")
    await day.is_offered(cast.carl, "heat delete", "heat", "main")
    for typed in ("", "al", "q"):
        await day.is_offered(ann, "orp", "heat", typed)
    # A heat that was picked from the list comes as its id.
    picked = (await ann.autocomplete("race-day", "lap", {}, focused=("heat", "truggy")))[0]
    for class_name in ("Buggy", "truggy"):
        await day.forges(
            cast.dora, "lap", times="22.4 22.5", heat=picked.value, **{"class": class_name}
        )


async def laps_worth_a_second_look(day: Diary, cast: Cast) -> None:
    day.chapter("Laps worth a second look")
    ann = cast.ann
    await day.types(ann, "/heat start name:Q3 class:Buggy")
    crossed = await day.types(ann, "/lap times:8.4 20.1 20.3 20.2 20.4")
    counted = await day.presses(ann, crossed, "Count it")
    await day.presses(ann, counted, "Leave it out")
    count_it = custom_id(crossed, "Count it")
    await day.forges_press(cast.ben, crossed, count_it)
    await day.forges_press(ann, crossed, count_it.replace(":1:1", ":99:1"))
    await day.types(ann, "/lap times:5.8 20.5 65.2")
    await day.types(ann, "/lap times:5.1 5.2 5.3 70.1 70.2 70.3 5.4")
    await day.types(ann, "/heat start name:Q4")
    await day.types(ann, "/lap times:20.1 20.2 20.3")
    pasted = await day.types(ann, "/lap times:20.1 20.2 20.3 20.4")
    remove = custom_id(pasted, "Remove repeats")
    await day.forges_press(cast.ben, pasted, remove)
    removed = await day.presses(ann, pasted, "Remove repeats")
    await day.forges_press(ann, removed, remove)
    back = await day.presses(ann, removed, "Undo")
    await day.forges_press(ann, back, custom_id(back, "Edit laps"))
    await day.types(ann, "/lap times:20.4 20.1 20.2 20.3 20.9")
    await day.posts()


async def heats_are_finished(day: Diary, cast: Cast) -> None:
    day.chapter("Heats are finished, and their posts follow")
    ann, ben, dora, emil = cast.ann, cast.ben, cast.dora, cast.emil
    await day.types(ann, "/heat start name:Q5 class:Buggy")
    first = await day.types(ann, f"/lap times:{RACE} note:35wt rear confidence:4")
    await day.types(ben, f"/lap times:{EVEN} heat:Buggy Q5")
    await day.types(dora, "/lap times:20.9 heat:Buggy Q5")
    await day.presses(ann, first, "Finish heat")
    await day.posts()
    await day.forges_press(ann, first, custom_id(first, "Finish heat"))
    await day.types(ben, "/heat finish heat:Buggy Q5")
    post = day.post_with(cast.arena, "Q5")
    await day.presses(emil, post, "3")
    await day.presses(cast.fay, post, "1")
    for rating in "25":
        await day.presses(ben, post, rating)
        await day.posts()
    late = await day.types(ben, "/lap times:20.4 20.9 heat:Buggy Q5 confidence:4")
    await day.posts()
    await day.presses(ben, late, "Undo")
    await day.posts()
    # Others finished it a moment ago: late laps still go there.
    await day.types(emil, "/lap times:20.7 20.8 20.6 class:Buggy confidence:3 note:first *try*")
    await day.posts()
    await day.types(cast.gil, "/heat show heat:Buggy Q5")


async def heats_without_laps(day: Diary, cast: Cast) -> None:
    day.chapter("Heats without laps")
    dora = cast.dora
    started = "/heat start name:Final class:Truggy"
    await day.types_and_says(dora, started, "Finish it and go on")
    await day.types(dora, "/heat finish heat:Truggy Final")
    await day.posts()
    await day.types(dora, "/heat show heat:Truggy Final")
    only = await day.types(dora, "/lap times:22.1 22.3 22.2 heat:Truggy Final")
    await day.posts()
    await day.presses(dora, only, "Undo")
    await day.posts()
    await day.types(dora, "/lap times:22.1 22.3 22.2 heat:Truggy Final")
    await day.posts()
    await day.types(cast.ben, "/heat rename heat:Truggy Final name:B main")
    await day.posts()


async def heats_are_deleted(day: Diary, cast: Cast) -> None:
    day.chapter("Heats are deleted")
    await day.types(cast.ann, "/heat delete heat:Truggy B main")
    await day.types(cast.carl, "/heat delete heat:Truggy C main")
    for heat in ("Spelling", "Truggy B main"):
        asked = await day.types(cast.carl, f"/heat delete heat:{heat}")
        delete = custom_id(asked, "Delete")
        await day.forges_press(cast.ann, asked, delete)
        await day.presses(cast.carl, asked, "Delete")
        await day.forges_press(cast.carl, asked, delete)
        await day.posts()
    await day.types(cast.dora, "/heat list")
