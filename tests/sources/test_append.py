"""Adding attempts to a log, and to a Book for a dry run."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calsync.errors import SourceError
from calsync.model import Attempt, Channel, Direction, Outcome
from calsync.sources import append_attempt, with_attempts
from tests.sources.helpers import LOG, NOW, ZONE, Desk, flat

PEOPLE = "id,name,phone\nc1,Dana Levy,+13125550142\nc2,Omar,+13125550143\n"
SPOKE = Attempt("k1", "c1", NOW, Direction.OUTBOUND, Channel.CALL, Outcome.CONNECTED, "by Friday", 'said "yes", twice')


def test_a_new_log_is_begun_with_a_header_and_read_back(desk: Desk) -> None:
    path = desk.folder / "attempts.calsync.csv"
    append_attempt(path, SPOKE, ZONE)
    append_attempt(path, replace(SPOKE, key="k2", at=NOW + timedelta(hours=1), note=""), ZONE)
    assert path.read_text().split("\n") == [
        "id,at,contact,direction,channel,outcome,promise,note",
        'k1,2026-11-30T12:00:00-06:00,c1,outbound,call,connected,by Friday,"said ""yes"", twice"',
        "k2,2026-11-30T13:00:00-06:00,c1,outbound,call,connected,by Friday,",
        "",
    ]
    desk.contacts(PEOPLE).log(path.read_text(), path.name)
    assert replace(flat(desk.read())[0], where=SPOKE.where) == SPOKE


def test_a_log_of_the_rep_keeps_its_own_columns_separator_line_ends_and_every_line(desk: Desk) -> None:
    before = (
        "note;when;contact;outcome;promise;mood\r\nfirst;2026-11-20 10:05;c1;vm;;good\r\n"
        "no line end;2026-11-21 10:05;c1;vm;;"
    )
    path = desk.put("attempts.csv", before)
    append_attempt(path, SPOKE, ZONE)
    after = path.read_bytes().decode()
    assert after.startswith(before)
    assert (
        after.removeprefix(before) == '\r\n"said ""yes"", twice";2026-11-30T12:00:00-06:00;c1;connected;by Friday;\r\n'
    )


def test_a_log_in_another_encoding_stays_in_it(desk: Desk) -> None:
    path = desk.put("attempts.csv", (LOG + "2026-11-20 10:05,c1,,,vm,,café\n").encode("utf-16"))
    append_attempt(path, SPOKE, ZONE)
    assert path.read_bytes().decode("utf-16").endswith('"said ""yes"", twice"\n')
    assert len(flat(desk.contacts(PEOPLE).log(path.read_bytes()).read())) == 2


def test_a_log_without_a_column_for_what_has_to_be_written(desk: Desk) -> None:
    path = desk.put("attempts.csv", "at,contact\n")
    with pytest.raises(SourceError, match="no column for outcome") as caught:
        append_attempt(path, SPOKE, ZONE)
    assert "add outcome to its header" in caught.value.hint
    assert path.read_text() == "at,contact\n"


def test_a_folder_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(SourceError, match="nothing could be written"):
        append_attempt(desk.folder / "none" / "attempts.csv", SPOKE, ZONE)


_TOO_BIG = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from calsync.errors import SourceError
from calsync.model import Attempt
from calsync.sources import append_attempt
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    append_attempt(Path(sys.argv[1]), Attempt("k", "c1", datetime.now(UTC), note="x" * 500), ZoneInfo("UTC"))
except SourceError as error:
    print(error.message)
"""


def test_when_the_disk_is_full_the_log_is_as_it_was(desk: Desk) -> None:
    path = desk.put("attempts.csv", LOG)
    limit = str(len(LOG) + 100)
    run = subprocess.run([sys.executable, "-c", _TOO_BIG, str(path), limit], capture_output=True, text=True, check=True)
    assert "nothing could be written" in run.stdout
    assert path.read_text() == LOG
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] != 0


def test_many_may_append_at_once(desk: Desk) -> None:
    path = desk.folder / "attempts.calsync.csv"
    code = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\nfrom zoneinfo import ZoneInfo\n"
        "from calsync.model import Attempt\nfrom calsync.sources import append_attempt\n"
        "for i in range(20):\n"
        "    attempt = Attempt(f'{sys.argv[2]}-{i}', 'c1', datetime.now(UTC))\n"
        "    append_attempt(Path(sys.argv[1]), attempt, ZoneInfo('UTC'))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    desk.contacts(PEOPLE).log(path.read_bytes(), path.name)
    book = desk.read()
    assert len(flat(book)) == 60
    assert book.problems == ()


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30).map(str.strip)


_ATTEMPTS = st.builds(
    Attempt,
    key=st.just("k1"),
    contact_id=st.sampled_from(["c1", "c2"]),
    at=st.datetimes(NOW.replace(tzinfo=None) - timedelta(days=900), NOW.replace(tzinfo=None), timezones=st.just(ZONE)),
    direction=st.sampled_from(Direction),
    channel=st.sampled_from(Channel),
    outcome=st.none() | st.sampled_from(Outcome),
    promise=_TEXT,
    note=_TEXT,
)


@settings(max_examples=80, deadline=None)
@given(_ATTEMPTS)
def test_what_was_appended_is_what_is_read(attempt: Attempt) -> None:
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name)).contacts(PEOPLE)
        path = desk.folder / "own.csv"
        append_attempt(path, attempt, ZONE)
        (found,) = flat(desk.log(path.read_bytes(), path.name).read())
    assert replace(found, where=attempt.where, at=attempt.at) == attempt
    assert found.at.astimezone(UTC) == attempt.at.astimezone(UTC)


def test_a_dry_run_sees_the_book_as_it_will_be(desk: Desk) -> None:
    book = desk.contacts(PEOPLE).log(LOG + "2026-11-20 10:05,c1,,,vm,,\n").read()
    earlier = replace(SPOKE, key="k0", at=NOW - timedelta(days=30))
    later = with_attempts(book, [SPOKE, earlier, replace(SPOKE, contact_id="c2")])
    assert [a.key for a in later.attempts["c1"]] == ["k0", book.attempts["c1"][0].key, "k1"]
    assert [a.key for a in later.attempts["c2"]] == ["k1"]
    assert len(book.attempts["c1"]) == 1
