"""The process that draws, ``python -m bot.pictures.worker``.

Results come in through its standard input, pictures go out through its standard output. The drawing
modules are loaded when the first picture of their kind is asked for.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from io import BytesIO
from typing import Final
from uuid import UUID

from core.results.card import OrpCard, SideBySide
from core.results.heat import HeatTable
from core.results.track import TrackKnown
from core.worker import serving

_Reduced = tuple[type[UUID], tuple[None, bytes]]
Subject = HeatTable | OrpCard | SideBySide | TrackKnown

_MADE_OF: Final = frozenset({"core", "datetime", "uuid"})


class _Packer(pickle.Pickler):
    def reducer_override(self, value: object) -> _Reduced:
        """Pack ids as plain ones: those of PostgreSQL's driver would be loaded with the driver."""
        as_usual: _Reduced = NotImplemented
        return (UUID, (None, value.bytes)) if isinstance(value, UUID) else as_usual


def packed(subject: Subject) -> bytes:
    """Return a result as :func:`serve` takes it."""
    packed = BytesIO()
    _Packer(packed).dump(subject)
    return packed.getvalue()


class _Results(pickle.Unpickler):
    """Reads results and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        """Return a class that results are made of."""
        if module.partition(".")[0] not in _MADE_OF:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a result")
        return super().find_class(module, name)


def paint(subject: Subject) -> bytes:
    """Draw what is asked for, as a PNG."""
    if isinstance(subject, HeatTable):
        from bot.pictures.heat import draw_heat

        return draw_heat(subject)
    if isinstance(subject, OrpCard):
        from bot.pictures.card import draw_card

        return draw_card(subject)
    if isinstance(subject, TrackKnown):
        from bot.pictures.track import draw_track

        return draw_track(subject)
    from bot.pictures.side_by_side import draw_side_by_side

    return draw_side_by_side(subject)


def serve(draw: Callable[[Subject], bytes]) -> None:
    """Answer each subject with its picture, or with why there is none, until the bot is gone."""
    serving.serve(lambda taken: draw(_Results(BytesIO(taken)).load()))


if __name__ == "__main__":
    serve(paint)
