"""A contact's commitments as plain JSON, and back: what is kept of a fold from one process to the next.

An attempt is named by its place among the contact's own, so that the very attempts of the book come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from calsync.drafts import make_commitment
from calsync.model import Attempt, Commitment, Kind, PromisedBy, State, StepRef
from calsync.packing import Packed, Packing, shared

_KINDS = {one.value: one for one in Kind}
_STATES = {one.value: one for one in State}
_BY = {one.value: one for one in PromisedBy}


def pack_commitments(commitments: Sequence[Commitment], attempts: Sequence[Attempt], packing: Packing) -> list[Packed]:
    """``attempts`` are all of the contact's.  Raises ``ValueError`` for a commitment that none of them made."""
    places = {one.key: place for place, one in enumerate(attempts)}
    return [_pack(one, attempts, places, packing) for one in commitments]


def _pack(one: Commitment, attempts: Sequence[Attempt], places: dict[str, int], packing: Packing) -> Packed:
    return [
        one.id,
        _place(one.attempt, attempts, places),
        one.kind.value,
        *packing.window(one.window),
        one.state.value,
        one.promised_by.value,
        one.text,
        one.cadence and [one.cadence.name, one.cadence.step],
        None if one.closed_by is None else _place(one.closed_by, attempts, places),
        list(one.why),
        one.minutes,
    ]


def _place(attempt: Attempt, attempts: Sequence[Attempt], places: dict[str, int]) -> int:
    place = places.get(attempt.key, -1)
    return place if place >= 0 and attempts[place] is attempt else attempts.index(attempt)


@lru_cache(maxsize=256)
def _step(name: str, number: int) -> StepRef:
    return StepRef(name, number)


def unpack_commitments(
    contact_id: str, packed: Sequence[Packed], attempts: Sequence[Attempt], packing: Packing
) -> tuple[Commitment, ...]:
    """What ``pack_commitments`` packed, of the same attempts."""
    return tuple(
        [
            make_commitment(
                own_id,
                contact_id,
                attempts[made],
                _KINDS[kind],
                packing.unpack_window(earliest, latest),
                _STATES[state],
                _BY[by],
                shared(text),
                step and _step(*step),
                None if closed is None else attempts[closed],
                tuple(map(shared, why)),
                minutes,
            )
            for own_id, made, kind, earliest, latest, state, by, text, step, closed, why, minutes in packed
        ]
    )
