"""A process at a SQLite file knows whether it is there alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.alone import Presence

_OTHER = """
import sys
from pathlib import Path
from core.alone import Presence
print(Presence(Path(sys.argv[1])).is_alone, flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(database: Path) -> Iterator[str]:
    """Run another process at the file; gives whether it found itself alone."""
    command = [sys.executable, "-c", _OTHER, str(database)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        yield other.stdout.readline().strip()
        other.kill()


def test_who_comes_first_is_alone_and_who_comes_second_is_not(tmp_path: Path) -> None:
    first = Presence(tmp_path / "orp.db")
    with another_process(tmp_path / "orp.db") as found_itself_alone:
        assert (first.is_alone, found_itself_alone) == (True, "False")
    first.leave()


def test_who_is_killed_is_there_no_more_and_who_lives_is(tmp_path: Path) -> None:
    first = Presence(tmp_path / "orp.db")
    with another_process(tmp_path / "orp.db"):
        first.leave()
        second = Presence(tmp_path / "orp.db")
        second.leave()
    third = Presence(tmp_path / "orp.db")
    third.leave()
    assert (second.is_alone, third.is_alone) == (False, True)


def test_databases_do_not_mind_each_other(tmp_path: Path) -> None:
    one, other = Presence(tmp_path / "one.db"), Presence(tmp_path / "other.db")
    assert one.is_alone
    assert other.is_alone
    one.leave()
    other.leave()
