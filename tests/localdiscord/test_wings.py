"""What the wings are for: all but ``play`` serve any bot, whatever it is about."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("localdiscord")))
RACING = re.compile(
    r"\b(?:race|racer|racing|lap|laps|heat|heats|orp|pit|track)(?:\b|[-_])", re.IGNORECASE
)


def test_only_play_knows_of_racing() -> None:
    sources = [
        path
        for ending in ("*.py", "*.js", "*.css", "*.html")
        for path in PACKAGE.rglob(ending)
        if path.relative_to(PACKAGE).parts[0] != "play"
    ]
    assert len(sources) > 50
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in sources
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if RACING.search(line)
    ]
    assert found == []
