"""Values that are made when somebody first looks at them.

A log of years is mostly history: calls that were made and promises that were kept.  Most runs look at none of it, so
what was read and folded before is handed on packed, and a row becomes an ``Attempt`` again when it is asked for.  What
comes out is the same however often it is asked for, and equal to what was never packed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, overload

T = TypeVar("T")
Place = TypeVar("Place")


class Later(Sequence[T]):
    """A tuple that ``make`` makes of ``place`` when it is first looked into; its ``length`` is known before.

    ``make`` must always give the same.  Equal to any sequence with equal members.
    """

    __slots__ = ("_length", "_made", "_make")

    def __init__(self, make: Callable[[Place], tuple[T, ...]], place: Place, length: int) -> None:
        self._make: Callable[[Any], tuple[T, ...]] | None = make
        self._length = length
        self._made: Any = place

    def made(self) -> tuple[T, ...]:
        """All of it."""
        make = self._make
        if make is not None:
            self._made = make(self._made)  # what it was made of may go now
            self._make = None
        made: tuple[T, ...] = self._made
        return made

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self.made()[index]

    def __iter__(self) -> Iterator[T]:
        return iter(self.made())

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Later | tuple):
            return NotImplemented
        return len(self) == len(other) and self.made() == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as equal to tuples whose members may have none

    def __repr__(self) -> str:
        return f"<{self._length} values, made when looked at>"


class LaterMap(Mapping[str, T]):
    """A mapping whose values are made when they are first asked for, by ``make``, from the ``places`` of their keys."""

    __slots__ = ("_made", "_make", "_places")

    def __init__(self, places: Mapping[str, Place], make: Callable[[Place], T]) -> None:
        self._places: Mapping[str, Place] = places
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        try:
            return self._made[key]
        except KeyError:
            found = self._made[key] = self._make(self._places[key])
            return found

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@contextmanager
def collection_later() -> Iterator[None]:
    """Make many values without the garbage collector: it would walk over them as they grow, again and again, for no
    cycle at all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
