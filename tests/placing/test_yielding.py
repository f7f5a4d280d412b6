"""A promise that stands outside its window is a guest there: it goes when somebody whose window it is has no other
place."""

from __future__ import annotations

from calsync.model import Kind, Placed, Policy
from tests.placing.samples import at, away, promise, put, rep, slot, span, starts, window

LISBON = rep(away=(away(1, 1, "Lisbon"),))
"""Away on Tuesday: what is owed then stands on Monday."""


def guest_and_owner(*, free_until: str, policy: Policy | None = None, now: str = "08:00") -> tuple[Placed, Placed]:
    """A guest at 09:00, and a promise for 09:00 to 09:10, on a day that is busy from ``free_until`` on."""
    guest, owner = promise("guest", Kind.DAY, window(1)), promise("owner", Kind.DAY, window(0, "09:00", "09:10"))
    seen = {guest.id: slot(0, "09:00")}
    busy = [span(0, free_until, "18:00")]
    first, second = put(guest, owner, who=LISBON, seen=seen, busy=busy, policy=policy, now=at(0, now))
    return first, second


def test_a_guest_goes_elsewhere_for_a_promise_that_can_be_kept_there() -> None:
    guest, owner = guest_and_owner(free_until="09:20")
    assert (starts(guest), starts(owner)) == ("Mon 09:10", "Mon 09:00")
    assert "moved from Mon 09:00, the only way to keep another promise" in guest.why[0]


def test_a_guest_without_another_place_is_told_to_the_rep() -> None:
    guest, owner = guest_and_owner(free_until="09:10")
    assert (starts(guest), starts(owner)) == ("nowhere", "Mon 09:00")
    assert guest.problem is not None
    assert "you are away (Lisbon)" in guest.why[0]


def test_a_guest_whose_day_is_full_by_the_cap_goes_too() -> None:
    guest = promise("guest", Kind.DAY, window(1))
    owner = promise("owner", Kind.DAY, window(0, "15:00", "16:00"))
    first, second = put(guest, owner, who=LISBON, seen={guest.id: slot(0, "09:00")}, policy=Policy(per_day=1))
    assert starts(second)[:3] == "Mon"
    assert first.slot is None


def test_guests_that_need_not_go_stay() -> None:
    guests = [promise(f"g{n}", Kind.DAY, window(1)) for n in range(3)]
    seen = {each.id: slot(0, f"09:{n}0") for n, each in enumerate(guests)}
    owner = promise("owner", Kind.DAY, window(0, "09:00", "09:30"))
    *left, kept = put(*guests, owner, who=LISBON, seen=seen, busy=[span(0, "09:30", "18:00")])
    assert kept.slot is not None
    assert sum(each.slot == seen[each.commitment.id] for each in left) == 2
    assert sum(each.slot is None for each in left) == 1


def test_a_guest_that_was_moved_once_is_still_a_guest() -> None:
    """Moved from Monday to Wednesday for one promise, and off Wednesday again for the next."""
    who = rep(away=(away(3, 3),))
    guest = promise("guest", Kind.DAY, window(3))
    monday = promise("monday", Kind.DAY, window(0, "09:00", "09:10"))
    wednesday = promise("wednesday", Kind.DAY, window(2, "09:00", "09:10"))
    busy = [span(0, "09:10", "18:00"), span(1, "09:00", "18:00"), span(2, "09:10", "18:00")]
    placed = put(guest, monday, wednesday, who=who, seen={guest.id: slot(0, "09:00")}, busy=busy)
    assert [starts(each) for each in placed] == ["nowhere", "Mon 09:00", "Wed 09:00"]
