"""The contract, kept on servers with bad habits: each fault that a client can make up for, it makes up for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from calsync.calendars.base import Calendar
from calsync.calendars.caldav import CalDavCalendar
from calsync.calendars.spec import CalendarSpec
from calsync.errors import Stale, Taken
from tests.contract.ics_suite import TextContract, ours, rewrite
from tests.contract.person import CHICAGO, TextPerson, World
from tests.contract.suite import as_seen, assert_says, entry, listed, only, race
from tests.servers.hostile import PASSWORD, USER, HostileServer

VARIABLE = "CALSYNC_TEST_PASSWORD"


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)


class ServerPerson(TextPerson):
    """A person whose program writes to the server's own memory: faults are for calsync alone."""

    def __init__(self, server: HostileServer) -> None:
        super().__init__()
        self._server = server

    def hrefs(self) -> list[str]:
        return list(self._server.items)

    def load(self, href: str) -> str:
        return self._server.items[href].text

    def store(self, href: str, text: str) -> None:
        self._server.put(href, text)

    def discard(self, href: str) -> None:
        self._server.remove(href)


class HostileContract(TextContract):
    """The contract on a server with the faults that a class names."""

    page = 20
    faults: tuple[str, ...] = ()

    @pytest.fixture
    def server(self) -> Iterator[HostileServer]:
        server = HostileServer(faults=set(self.faults))
        yield server
        server.stop()

    @pytest.fixture
    def world(self, server: HostileServer) -> Iterator[World]:
        opened: list[Calendar] = []
        spec = CalendarSpec("work", "caldav", url=server.url, username=USER, password_env=VARIABLE)

        def open_one() -> Calendar:
            opened.append(CalDavCalendar(spec, zone=CHICAGO))
            return opened[-1]

        yield World(open_one, ServerPerson(server))
        for calendar in opened:
            calendar.close()


class UnconditionalContract(HostileContract):
    """A server that keeps no condition: of two who write at the very same moment both may be told that they won."""

    def test_of_two_writers_one_wins(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        assert race(world, lambda each, name: each.update(entry(title=name), seen), Stale) >= 1
        assert world.person.titles() in (["writer 0"], ["writer 1"])


class ForgetfulContract(HostileContract):
    """A server that forgets its tokens at once."""

    incremental = False


class TestNoFault(HostileContract):
    """The server of these tests is a good one when nothing is switched on."""


class TestNoEtagOnPut(HostileContract):
    faults = ("no_etag_on_put",)


class TestNoEtags(UnconditionalContract):
    faults = ("no_etags",)
    repeats = True


class TestWeakEtags(UnconditionalContract):
    faults = ("weak_etags",)


class TestIgnoresIfMatch(UnconditionalContract):
    faults = ("ignore_if_match",)


class TestIgnoresIfNoneMatch(HostileContract):
    faults = ("ignore_if_none_match",)

    def test_of_two_creators_one_wins(self, world: World) -> None:
        assert race(world, lambda each, name: each.create(entry(title=name)), Taken) >= 1
        assert len(world.person.titles()) == 1


class TestEtagOfIdenticalPutChanges(HostileContract):
    faults = ("identical_put_new_etag",)


class TestEtagsDrift(UnconditionalContract):
    faults = ("etags_drift",)

    def test_a_receipt_carries_the_etag_that_the_next_write_quotes(self, calendar: Calendar) -> None:
        """No etag is good twice here; the next write succeeds all the same."""
        receipt = calendar.create(entry())
        calendar.update(entry(title="next"), as_seen(entry(), receipt))
        assert_says(calendar.get(entry().uid), entry(title="next"))

    def test_our_own_writes_come_back_as_the_same(self, world: World, calendar: Calendar) -> None:
        """Every event looks changed at every poll that names it; what is said of it is right."""
        calendar.create(entry())
        seen = only(world.open().changes(None, {"x": "y"}).seen)
        assert_says(seen, entry())


class TestRewritesBodies(HostileContract):
    faults = ("rewrite_bodies",)

    def test_lines_of_others_stay_byte_for_byte(self, world: World, calendar: Calendar) -> None:
        """The server moves them about; none may be lost."""
        calendar.create(entry())
        rewrite(world, lambda text: text.replace("STATUS:", "COLOR:tomato\r\nX-THEIRS:1\r\nSTATUS:"))
        seen = calendar.get(entry().uid)
        assert seen is not None
        calendar.update(entry(title="new"), seen)
        assert {"COLOR:tomato", "X-THEIRS:1", "CLASS:PUBLIC"} <= set(ours(world).splitlines())


class TestTokenRefused(ForgetfulContract):
    faults = ("token_403",)

    def test_nothing_changed_says_nothing(self, world: World, calendar: Calendar) -> None:
        """Tokens that are never taken are not asked for again: listings are compared."""
        calendar.create(entry())
        token, known = listed(calendar.changes(None))
        assert calendar.changes(token, known).full
        token = calendar.changes(token, known).token
        for each in (calendar, world.open()):
            changes = each.changes(token, known)
            assert (changes.full, changes.seen, changes.gone) == (False, (), ())
            token = changes.token


class TestTokenAnsweredWithEverything(HostileContract):
    faults = ("token_full_list",)
    repeats = True


class TestNoSyncCollection(HostileContract):
    faults = ("no_sync",)


class TestNoSyncCollectionNoTagNoEtags(UnconditionalContract):
    faults = ("no_sync_403", "no_ctag", "no_etags")


class TestPackedAnswersWithByteOrderMarks(HostileContract):
    faults = ("byte_order_mark", "weakened_etags", "packed", "hints")


class TestNothingButQueries(HostileContract):
    faults = ("no_sync", "no_listing")


class TestHrefsFromBehindAProxy(HostileContract):
    faults = ("other_hrefs", "pages_507")


class TestBareHrefs(HostileContract):
    faults = ("bare_hrefs", "no_sync")


class TestPages(HostileContract):
    faults = ("pages_507", "tombstones")


class TestMultigetFindsNothing(HostileContract):
    faults = ("multiget_404",)


class TestMultigetFindsHalf(HostileContract):
    faults = ("multiget_half", "absolute_hrefs")


class TestChangesAreRepeated(HostileContract):
    faults = ("repeats", "tombstones")
    repeats = True


class TestDigestAndRedirect(HostileContract):
    faults = ("digest", "redirect")
