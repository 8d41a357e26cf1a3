"""A ``.venv`` that is half made, or whose Python has gone, is made again by the next make."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKES_IT = "-m venv --clear .venv"
INSTALLS = "pip install"
MAKE = shutil.which("make") or "make"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a ``.venv`` that is whole."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    put_python(tmp_path, "exit 0")
    (tmp_path / ".venv" / "run.done").touch()
    return tmp_path


def put_python(checkout: Path, script: str) -> None:
    """Put a Python that does so much and no more."""
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def would_do(checkout: Path) -> str:
    """What ``make run`` would do."""
    asked = subprocess.run(
        [MAKE, "--dry-run", "run"], cwd=checkout, capture_output=True, text=True, check=True
    )
    return asked.stdout


def test_a_whole_one_is_kept(checkout: Path) -> None:
    done = would_do(checkout)
    assert "-m localdiscord" in done
    assert MAKES_IT not in done
    assert INSTALLS not in done


def test_a_half_made_one_is_made_again(checkout: Path) -> None:
    (checkout / ".venv" / "run.done").unlink()
    done = would_do(checkout)
    assert done.index(MAKES_IT) < done.index(INSTALLS) < done.index("-m localdiscord")


def test_one_without_pip_is_made_again(checkout: Path) -> None:
    put_python(checkout, 'test "$2" != "import pip"')
    done = would_do(checkout)
    assert done.index(MAKES_IT) < done.index(INSTALLS)


def test_one_whose_python_has_gone_is_made_again(checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    done = would_do(checkout)
    assert done.index(MAKES_IT) < done.index(INSTALLS)


def test_new_requirements_are_installed_into_the_one_there_is(checkout: Path) -> None:
    stamp = (checkout / ".venv" / "run.done").stat()
    requirements = checkout / "requirements.txt"
    shutil.copystat(checkout / ".venv" / "run.done", requirements)
    assert INSTALLS not in would_do(checkout)
    later = stamp.st_mtime + 10
    os.utime(requirements, (later, later))
    done = would_do(checkout)
    assert INSTALLS in done
    assert MAKES_IT not in done
