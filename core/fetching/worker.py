"""The process that reads what was fetched, ``python -m core.fetching.worker MODULE:NAME``.

It loads the function that is named and gives it one page or file after the other. What comes of
each goes back packed; what the function refuses goes back as the refusal it raised.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final, Protocol

from core.errors import RacerError
from core.worker.serving import serve

# A page of 5 MB takes a fifth of it; a page that wants more is given up, not the machine.
MOST_MEMORY_BYTES: Final = 512 * 2**20


class Parse(Protocol):
    """What makes something of a page or a file, or refuses it with a RacerError.

    The refusal is made again from its sentence, and so must take nothing else.
    """

    def __call__(self, data: bytes, *, address: str | None) -> object:
        """Return what stands in it, made of the core's dataclasses and of plain values."""


def packed(data: bytes, address: str | None) -> bytes:
    """Return what is to be read as this process takes it: a line with the address in front."""
    return json.dumps(address).encode() + b"\n" + data


def reading(parse: Parse) -> Callable[[bytes], bytes]:
    """Return what answers a message with what comes of it, or with its refusal, packed."""

    def read(message: bytes) -> bytes:
        address, _, data = message.partition(b"\n")
        try:
            return pickle.dumps(parse(data, address=json.loads(address)))
        except RacerError as refusal:
            return pickle.dumps(refusal)

    return read


def limit_memory(most_bytes: int = MOST_MEMORY_BYTES) -> None:
    """Let this process take so much memory and no more, where the system can be told."""
    if sys.platform != "win32":
        import resource

        # Not every system lets it be set.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


def main(function: str) -> None:
    """Read with a function, given as ``module:name``, until the bot is gone."""
    module, _, name = function.partition(":")
    parse: Parse = getattr(import_module(module), name)
    limit_memory()
    serve(reading(parse))


if __name__ == "__main__":
    main(sys.argv[1])
