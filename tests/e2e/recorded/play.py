"""The recorded race day, from its first chapter to its last."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from localdiscord import LocalDiscord
from localdiscord.rules.errors import DriverError, NoAnswerError
from tests.e2e.aftermath import Aftermath
from tests.e2e.recorded import correcting, evening, looking, morning, racing, strangers
from tests.e2e.recorded.cast import Cast
from tests.e2e.recorded.diary import Diary

RECORDING: Final = Path(__file__).parents[2] / "data" / "recorded_race_day.txt"

_CHAPTERS: Final = (
    morning.nobody_has_raced_yet,
    morning.the_team_is_set_up,
    morning.people_introduce_themselves,
    morning.the_first_laps_open_a_session,
    morning.a_session_is_started,
    morning.lap_times_as_people_write_them,
    morning.options_of_lap,
    racing.classes_and_heats,
    racing.laps_worth_a_second_look,
    racing.heats_are_finished,
    racing.heats_without_laps,
    racing.heats_are_deleted,
    correcting.laps_are_corrected_in_the_form,
    correcting.the_form_refuses,
    correcting.runs_are_moved,
    correcting.undo_of_every_kind,
    correcting.laps_are_read_out_of_messages,
    looking.orp_cards,
    looking.how_long_heats_last,
    looking.side_by_side,
    looking.looking_at_one_racer,
    looking.a_large_field,
    strangers.nothing_of_another_team,
    strangers.a_channel_it_may_not_post_in,
    evening.which_event,
    evening.personal_bests,
    evening.a_closed_session,
    evening.sessions_are_deleted,
)


async def played(discord: LocalDiscord, after: Aftermath) -> str:
    """Play the day and return what was written down, up to where it could not go on."""
    cast = Cast.gather(discord)
    day = Diary(discord, after, *cast.teams)
    try:
        for chapter in _CHAPTERS:
            await chapter(day, cast)
    except (DriverError, NoAnswerError, TimeoutError, IndexError, ValueError) as error:
        # What can be pressed no more, say: the text shows it better than the error.
        day.ends(error)
    return day.text()
