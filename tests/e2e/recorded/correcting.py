"""The form, Undo of every kind, and lap times read out of messages."""

from __future__ import annotations

from localdiscord.client.answers import Answer, Modal
from tests.e2e.recorded.cast import Cast
from tests.e2e.recorded.diary import Diary, custom_id
from tests.e2e.recorded.morning import NOTHING


def form_of(answer: Answer) -> Modal:
    """Return the form that has opened."""
    if answer.modal is None:
        raise TimeoutError(f"no form has opened: {answer.text}")
    return answer.modal


async def laps_are_corrected_in_the_form(day: Diary, cast: Cast) -> None:
    day.chapter("Laps are corrected in the form")
    ann = cast.ann
    await day.types(ann, "/heat start name:Q6 class:Buggy")
    logged = await day.types(ann, "/lap times:20.1 202.0 20.3 note:soft")
    form = form_of(await day.presses(ann, logged, "Edit laps"))
    await day.sends(ann, form)
    corrected = {"laps": "20.1\nx 202.0\n20.3\n20.4\n", "note": "35wt **x**"}
    saved = await day.sends(ann, form, corrected)
    await day.sends(ann, form, {"laps": "20.9"})
    changed = await day.types(ann, "/heat edit")
    await day.types(ann, "/lap times:20.5")
    meanwhile = await day.sends(ann, form_of(changed), {"laps": "20.1 20.2 20.25 20.3"})
    again = form_of(await day.presses(ann, meanwhile, "Fix it"))
    over = await day.sends(ann, again)
    await day.sends(ann, again)
    await day.presses(ann, meanwhile, "Fix it")
    await day.forges_press(ann, saved, custom_id(saved, "Undo"))
    undone = await day.presses(ann, over, "Undo")
    await day.presses(ann, undone, "Edit laps")
    gone = await day.sends(ann, form_of(await day.types(ann, "/heat edit heat:Q6")), {"laps": ""})
    await day.types(ann, "/heat edit heat:Q6")
    await day.presses(ann, gone, "Undo")


async def the_form_refuses(day: Diary, cast: Cast) -> None:
    day.chapter("The form refuses, and hands back what was typed")
    ann = cast.ann
    form = form_of(await day.types(ann, "/heat edit heat:Q6"))
    refused = None
    for values in (
        {"laps": "20.1\nx 20.2\n2O.3\n```"},
        {"laps": "x 20.1 20.2"},
        {"laps": "58,59"},
        {"laps": "20.1\n20.2", "heat": "all"},
        {"laps": "20.1\n20.2", "heat": NOTHING},
        {"laps": "20.1\n20.2", "heat": "Q5"},
        {"laps": "", "heat": "Q7"},
        {"laps": "\n".join([" ".join(["65.123"] * 18)] * 9) + " x"},
        {"laps": " ".join(["1.5"] * 601)},
    ):
        refused = await day.sends(ann, form, values)
    await day.sends(ann, form, {"note": "n" * 160})
    nothing_counts = await day.sends(ann, form, {"laps": "x 20.1\nx 20.2"})
    await day.presses(ann, nothing_counts, "Undo")
    noteless = await day.sends(ann, form, {"note": NOTHING})
    await day.presses(ann, noteless, "Undo")
    if refused is not None:
        await day.forges_press(cast.ben, refused, custom_id(refused, "Fix it"))
    await day.sends(ann, form, {"laps": "20.1"}, custom_id="run-of-old:1")
    await day.types(ann, "/heat edit racer:@ben")
    await day.types(ann, "/heat edit heat:all")
    await day.forges(cast.carl, "heat edit", racer=cast.bot)
    empty = form_of(await day.types(cast.hal, "/heat edit heat:Buggy Q6"))
    await day.sends(cast.hal, empty)
    await day.types(cast.carl, "/heat edit heat:Buggy Q6 racer:@fay")


async def runs_are_moved(day: Diary, cast: Cast) -> None:
    day.chapter("Runs are moved to the heat and the racer they belong to")
    ann, ben, carl = cast.ann, cast.ben, cast.carl
    form = form_of(await day.types(ann, "/heat edit heat:Q6"))
    moved = await day.sends(ann, form, {"heat": "Buggy Q7", "laps": "20.1\n20.2\n20.3"})
    await day.types(ann, "/heat list")
    await day.forges_press(ben, moved, custom_id(moved, "Undo"))
    await day.presses(ann, moved, "Undo")
    await day.types(ann, "/heat list")
    theirs = form_of(await day.types(carl, "/heat edit heat:Buggy Q6 racer:@ann"))
    await day.sends(carl, theirs, {"racer": [cast.bot]})
    await day.sends(carl, theirs, {"racer": [ben], "heat": "Q5"})
    await day.sends(ann, theirs, {"racer": [ben]}, custom_id=theirs.custom_id)
    given = await day.sends(carl, theirs, {"racer": [ben]})
    await day.presses(carl, given, "Undo")
    both = await day.sends(carl, theirs, {"racer": [ben], "heat": "Q9"})
    await day.presses(carl, both, "Undo")
    # A run of a heat that is posted: both posts follow.
    await day.types(ann, "/heat finish heat:Buggy Q6")
    await day.posts()
    posted = form_of(await day.types(ann, "/heat edit heat:Buggy Q6"))
    away = await day.sends(ann, posted, {"heat": "Q8"})
    await day.posts()
    await day.presses(ann, away, "Undo")
    await day.posts()
    opened = form_of(await day.types(cast.hal, "/heat edit heat:Buggy Warm-up"))
    stored = await day.sends(
        cast.hal, opened, {"laps": "21.1\n21.2", "more": "21.3\nx 25.0", "note": "new tyres"}
    )
    await day.presses(cast.hal, stored, "Undo")


async def undo_of_every_kind(day: Diary, cast: Cast) -> None:
    day.chapter("Undo of every kind")
    ann, ben, carl = cast.ann, cast.ben, cast.carl
    one = await day.types(ben, "/lap times:22.5 22.6 heat:Q9 class:Truggy note:one confidence:2")
    two = await day.types(ben, "/lap times:22.7 note:two confidence:5")
    undo = custom_id(two, "Undo")
    await day.presses(ben, one, "Undo")
    await day.forges_press(ann, two, undo)
    await day.presses(ben, two, "Undo")
    await day.forges_press(ben, two, undo)
    await day.presses(ben, one, "Undo")
    theirs = await day.types(carl, "/lap times:22.5 racer:@ben heat:Q9")
    await day.forges_press(ben, theirs, custom_id(theirs, "Undo"))
    own = await day.types(ben, "/lap times:22.8 heat:Q9")
    await day.forges_press(carl, own, custom_id(own, "Undo"))
    await day.forges_press(ann, own, "undo:999999999999")
    await day.types(ben, "/heat list")


async def laps_are_read_out_of_messages(day: Diary, cast: Cast) -> None:
    day.chapter("Lap times are read out of messages")
    ann, ben, carl = cast.ann, cast.ben, cast.carl
    await day.types(ann, "/lap times:20.1 20.2 20.3 heat:Q10")
    wordy = day.says(ann, "Q2: **20.9** 21.4, 58,59 14/5:05.1 then 35.2 at turn 3 and 1:02.345!")
    preview = await day.chooses_from_menu(ann, "Log laps", wordy)
    store = custom_id(preview, "Store")
    await day.forges_press(ben, preview, store)
    stored = await day.presses(ann, preview, "Store")
    await day.forges_press(ann, stored, store)
    await day.presses(ann, stored, "Undo")
    await day.chooses_from_menu(ann, "Log laps", day.says(ann, "20.1 20.2 20.3 20.4"))
    await day.chooses_from_menu(ben, "Log laps", wordy)
    theirs = await day.chooses_from_menu(carl, "Log laps", wordy)
    await day.presses(carl, theirs, "Store")
    await day.chooses_from_menu(ann, "Log laps", day.says(ann, "see you at 12 o'clock"))
    await day.chooses_from_menu(ann, "Log laps", day.says(ann, "20.1 " * 601))
    await day.chooses_from_menu(ann, "Log laps", day.post_with(cast.arena, "Q5"))
    new = day.says(cast.gil, "1. 21.5\n2. 21.6\n3. 21.7")
    await day.presses(cast.gil, await day.chooses_from_menu(cast.gil, "Log laps", new), "Store")
