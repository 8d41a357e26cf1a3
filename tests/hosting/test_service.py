"""The systemd unit: what it says agrees with what the bot does."""

from __future__ import annotations

import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "docs" / "hosting" / "orp-bot.service"
ANALYZE = shutil.which("systemd-analyze")


def service() -> dict[str, str]:
    unit = RawConfigParser(strict=False)
    unit.read(UNIT, encoding="utf-8")
    return dict(unit["Service"])


def test_it_waits_for_the_bot_to_say_that_it_is_up_and_watches_it() -> None:
    found = service()
    assert found["type"] == "notify"
    # An upgrade, and all that is waited for, takes as long as it takes.
    assert found["timeoutstartsec"] == "infinity"
    assert int(found["watchdogsec"]) > 2 * 3
    assert found["statedirectory"] == found["runtimedirectory"] == "orp-bot"
    assert found["restart"] == "always"


@pytest.mark.skipif(ANALYZE is None, reason="there is no systemd here")
def test_systemd_understands_all_of_it(tmp_path: Path) -> None:
    # Whether the program is there is a matter of the host.
    text = UNIT.read_text(encoding="utf-8").replace("/usr/local/bin/orp-bot", "/bin/true")
    (tmp_path / UNIT.name).write_text(text)
    verified = subprocess.run(
        [str(ANALYZE), "verify", str(tmp_path / UNIT.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
