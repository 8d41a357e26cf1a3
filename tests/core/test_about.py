"""What the program calls itself is what it is packaged as."""

from __future__ import annotations

import tomllib
from pathlib import Path

from core.about import VERSION


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
