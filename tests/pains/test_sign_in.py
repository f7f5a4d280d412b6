"""P7: the sign-in dies, as those of a Google project in testing do after seven days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.rep import FOLDER, Rep, google
from tests.google import desk
from tests.google.server import GoogleServer

pytestmark = pytest.mark.servers


def test_p7_a_sign_in_that_died_is_4_with_its_remedy_and_the_other_calendar_goes_on(tmp_path: Path) -> None:
    with GoogleServer() as server:
        desk.settle(server, tmp_path)
        table = google(server.endpoint, tmp_path / "google.json", desk.CALLBACKS).replace('"callbacks"', '"phone"')
        rep = Rep(
            tmp_path / "rep", FOLDER + table, contacts="id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\n"
        )
        server.sign_in.revoke()
        rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,")
        for minute in (30, 40):  # it is a state, not an end: asked again, said again
            report = rep.run(f"2026-10-26 18:{minute}")
            assert report.exit_code == 4
            assert [(one.name, one.state) for one in report.calendars] == [("callbacks", "ok"), ("phone", "sign_in")]
            assert "calsync auth google" in report.calendars[1].hint
            assert rep.shown() == ["Ann Fri 30 Oct"]
        assert server.store.live(desk.CALLBACKS) == {}
        desk.sign_in(server, tmp_path / "google.json")
        rep.close()
        assert rep.run("2026-10-26 18:50").exit_code == 0
        assert len(server.store.live(desk.CALLBACKS)) == 1
        rep.close()
