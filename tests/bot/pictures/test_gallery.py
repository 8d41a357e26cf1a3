"""The pictures of the documentation, and where drawing is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.pictures.gallery import draw_gallery, fields, read_heats
from tests.bot.render.build import HEATS, real_runs

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"


def test_every_real_heat_with_every_lap() -> None:
    heats = read_heats(HEATS)
    assert len(heats) == 6
    laps = [lap for table in heats.values() for run in table.runs for lap in run.laps]
    rows = HEATS.read_text(encoding="utf-8").splitlines()[1:]
    assert len(laps) == len([row for row in rows if int(row.rsplit(",", 2)[1]) > 0])


def test_a_first_crossing_is_told_from_a_lap_as_the_bot_tells_it() -> None:
    heats = read_heats(HEATS)
    runs = {run.racer.name: run.laps for run in heats["nitro-q1"].runs}
    assert not runs["driver-19"][0].counts
    assert all(lap.counts for lap in runs["driver-21"]), "41.315 might be a lap"
    for name, table in heats.items():
        expected = {run.racer.name: (run.laps, run.orp) for run in real_runs(name)}
        assert {run.racer.name: (run.laps, run.orp) for run in table.runs} == expected


def test_few_and_many_racers_are_shown_each_under_a_name_of_their_own() -> None:
    drawn = fields(read_heats(HEATS))
    assert [len(table.runs) for table in drawn] == [2, 5, 8, 12, 25, 40]
    for table in drawn:
        assert len({run.racer.name for run in table.runs}) == len(table.runs)


def test_the_documentation_shows_each_picture_as_it_is_drawn_today(tmp_path: Path) -> None:
    draw_gallery(HEATS, tmp_path)
    drawn = sorted(tmp_path.glob("*.png"))
    shown = (PICTURES.parent / "pictures.md").read_text(encoding="utf-8")
    assert len(drawn) == 10
    for picture in drawn:
        assert picture.stat().st_size < 500_000
        assert (PICTURES / picture.name).read_bytes() == picture.read_bytes()
        assert f"pictures/{picture.name}" in shown


def test_the_bot_itself_never_loads_what_draws() -> None:
    loaded = (
        "import sys, bot.client, bot.publisher, bot.pictures;"
        "print({'resvg_py', 'bot.pictures.look', 'PIL'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", loaded], capture_output=True, text=True, check=True
    )
    assert told.stdout == "set()\n"
