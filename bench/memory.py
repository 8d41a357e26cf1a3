"""How much memory a process has for itself, and which it has started."""

from __future__ import annotations

from pathlib import Path

from bench.trouble import Trouble


def own_memory_mib(process_id: int) -> float:
    """Return what memory a process has for itself alone, shared pages left out, in MiB.

    Raises:
        Trouble: The system does not tell.
    """
    file = Path("/proc") / str(process_id) / "smaps_rollup"
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except OSError:
        raise Trouble("only Linux tells how much memory is a process's own") from None
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def children_of(process_id: int) -> list[int]:
    """Return the processes that a process has started on its first thread, and that still run.

    Raises:
        Trouble: The system does not tell.
    """
    file = Path("/proc") / str(process_id) / "task" / str(process_id) / "children"
    try:
        return [int(child) for child in file.read_text(encoding="ascii").split()]
    except OSError:
        raise Trouble("only Linux tells which processes a process has started") from None
