"""What is installed holds everything the program reads when it runs."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GIT = shutil.which("git") or "git"
PACKAGES = ("bot", "core", "localdiscord", "migrations")


def files() -> set[Path]:
    """What of the packages is in the repository."""
    listed = subprocess.run(
        [GIT, "ls-files", "--cached", "--others", "--exclude-standard", "--", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {path for line in listed.stdout.splitlines() if (ROOT / (path := Path(line))).exists()}


def test_every_module_lies_in_a_package() -> None:
    modules = {path for path in files() if path.suffix == ".py"}
    assert len(modules) > 100
    # A folder without one is no package, and is left behind.
    assert not {path for path in modules if path.parent / "__init__.py" not in modules}


def test_every_other_file_is_packaged_too() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]
    packaged = {
        path.relative_to(ROOT)
        for package, globs in patterns.items()
        for pattern in globs
        for path in (ROOT / package).glob(pattern)
    }
    others = {path for path in files() if path.suffix != ".py"}
    assert others
    assert packaged == others


def test_the_command_runs_what_the_module_runs() -> None:
    module, _, function = PROJECT["project"]["scripts"]["orp-bot"].partition(":")
    assert getattr(import_module(module), function) is import_module("bot.__main__").main


def test_it_comes_with_its_licence() -> None:
    assert PROJECT["project"]["license"] == "MIT"
    for file in PROJECT["project"]["license-files"]:
        assert (ROOT / file).read_text(encoding="utf-8").startswith("MIT License")
