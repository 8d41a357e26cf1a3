"""Where an error was raised, for the log: never with its message, which may hold what people typed.

Their own words stand in the lines of code that raised them.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator


def _kind(error: BaseException) -> str:
    return type(error).__name__


def told(error: BaseException, reason_of: Callable[[BaseException], str] = _kind) -> str:
    """Return what an error and what led to it are, and where they were raised.

    Args:
        error: The error.
        reason_of: Gives what may be told of an error beside its kind.
    """
    return "\n".join(_lines(error, reason_of))


def _lines(error: BaseException, reason_of: Callable[[BaseException], str]) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines(before, reason_of)
        yield "which led to:"
    for frames in traceback.format_tb(error.__traceback__):
        yield from frames.splitlines()
    kind, reason = _kind(error), reason_of(error)
    yield kind if reason == kind else f"{kind}: {reason}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _lines(one, reason_of)
