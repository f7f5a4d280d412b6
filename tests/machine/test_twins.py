"""Two calendars that both show every call: what is done on one holds on the other, each rule told on its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from calsync.calendars.base import Seen
from tests.machine.life import times
from tests.machine.twins import Twins


class Pair(Twins):
    """One call, on two calendars."""

    def here(self) -> Seen:
        (seen,) = self.calls()
        return seen

    def there(self) -> Seen:
        (seen,) = self.twin_calls()
        return seen

    def put(self, on_twin: bool, hours: int) -> None:
        seen = self.there() if on_twin else self.here()
        edit = self.edit_twin if on_twin else self.edit
        edit(seen, start=seen.start + timedelta(hours=hours), end=seen.end + timedelta(hours=hours))
        self.now += timedelta(minutes=5)


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    pair.begin()
    pair.add_row("ann", "outbound,call,connected,in 2 weeks,")
    pair.save()
    pair.run()
    pair.now += timedelta(hours=1)
    yield pair
    pair.teardown()


@pytest.mark.parametrize("last_on_twin", [True, False])
@pytest.mark.parametrize("away", [None, True, False])
def test_moved_on_both_the_later_time_holds_whichever_is_heard_first(
    pair: Pair, away: bool | None, last_on_twin: bool
) -> None:
    pair.put(not last_on_twin, 24)
    pair.put(last_on_twin, 2)
    wanted = times(pair.there() if last_on_twin else pair.here())
    if away is not None:
        (pair.twin_calendar if away else pair.calendar).armed["poll cut"] = 0
    pair.run()
    pair.run()
    assert times(pair.here()) == times(pair.there()) == wanted
    assert pair.run().written == 0


@pytest.mark.parametrize("last_on_twin", [True, False])
def test_moved_on_both_the_later_time_holds_also_when_the_ledger_was_lost(pair: Pair, last_on_twin: bool) -> None:
    pair.put(not last_on_twin, 24)
    pair.put(last_on_twin, 2)
    wanted = times(pair.there() if last_on_twin else pair.here())
    pair.the_ledger_is_lost()
    pair.run()
    pair.run()
    assert times(pair.here()) == times(pair.there()) == wanted
    assert pair.run().written == 0


def test_deleted_on_one_it_is_waived_on_both_and_owed_on_both_when_it_is_put_back(pair: Pair) -> None:
    kept = pair.there()
    pair.twin.remove(kept.href)
    pair.run()
    assert (pair.calls(), pair.twin_calls()) == ([], [])
    pair.twin.put(kept.href, kept.raw)
    pair.run()
    pair.run()
    assert times(pair.here()) == times(pair.there()) == times(kept)
    assert pair.run().written == 0


@pytest.mark.parametrize("on_twin", [True, False])
def test_an_outcome_on_one_makes_history_of_both(pair: Pair, on_twin: bool) -> None:
    seen = pair.there() if on_twin else pair.here()
    edit = pair.edit_twin if on_twin else pair.edit
    edit(seen, title=f"sold {seen.title}")
    pair.run()
    assert [one.title[0] for one in (*pair.events(), *pair.twin_events())] == ["✓", "✓"]
    assert pair.run().written == 0
