"""Pages, people and short cuts for the tests of imports."""

from __future__ import annotations

from collections.abc import Mapping

from core.bootstrap import Services
from core.caller import Caller, Person
from core.commands import ImportLaps, ProfileFields
from core.results.importing import (
    Fate,
    ImportAsks,
    Imported,
    ImportQuestion,
)
from core.services.importing import Outcome
from tests.services.racing import (
    by,
)
from tests.services.scripted import silence

ANNS = (20_512, 20_143, 20_377, 20_208, 20_611, 20_195)
BENS = (21_034, 20_876, 21_290, 20_955, 21_101, 21_066)
CLEOS = (19_804, 19_911, 19_742, 20_020)
LATER = (20_401, 20_302, 20_777, 20_118, 20_519, 20_284)
PAGE = {"Ann Roe": ANNS, "BEN DOE": BENS, "Cleo Poe": CLEOS}
URL = "https://track.liverc.com/results/?p=view_race_result&id=900"
EVENT = "https://track.liverc.com/results/?p=view_event&id=5"


async def begin(
    services: Services,
    who: Person | Caller,
    url: str | None = URL,
    *,
    file: bytes | None = None,
    heat: str | None = None,
    class_name: str | None = None,
) -> Outcome:
    caller = by(who) if isinstance(who, Person) else who
    command = ImportLaps(url if file is None else None, heat, class_name)
    return await services.importing.begin(caller, command, file, silence)


async def pick(services: Services, who: Person | Caller, asked: Outcome, label: str) -> Outcome:
    assert isinstance(asked, ImportQuestion), asked
    caller = by(who) if isinstance(who, Person) else who
    at = next(at for at, option in enumerate(asked.options) if label in option)
    return await services.importing.answer(caller, asked.draft_id, str(at), silence)


def asks(outcome: Outcome, what: ImportAsks) -> ImportQuestion:
    assert isinstance(outcome, ImportQuestion), outcome
    assert outcome.asks is what
    return outcome


def done(outcome: Outcome) -> Imported:
    assert isinstance(outcome, Imported), outcome
    return outcome


def stored(outcome: Outcome) -> Mapping[str, Fate]:
    return {run.racer.name: run.fate for read in done(outcome).races for run in read.taken.runs}


async def call(services: Services, person: Person, name: str) -> None:
    await services.profile.update(by(person), ProfileFields(driver_name=name))
