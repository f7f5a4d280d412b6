"""What a process leaves for the next changes how long reading and folding take, and nothing else."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calsync import cadences, placing
from calsync.commitments import Folded, Memory, fold
from calsync.keeping import Keeper
from calsync.ledger import Shelf
from calsync.model import Book, Decisions, Hours, Policy, Rep, State
from calsync.promises import Language
from calsync.sources import Reader, SourceSpec

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
REP = Rep("tasha", "Tasha Lane", "+13125550199", ZONE, "US-IL", Hours.same())
CADENCES = cadences.load()
READ = Language(ZONE, zone_of=placing.contact_zone)
PEOPLE = "id,name,phone,do_not_call\n" + "".join(f"c{i},Person {i},+1312555{i:04},\n" for i in range(1, 101))
HEADER = "at,contact,outcome,promise,note,id\n"
LOG = HEADER + (
    "2026-11-20T10:00,c1,vm,by Friday,,\n"
    "2026-11-20T11:00,c2,connected,,she'll call me Monday,a1\n"
    "2026-11-20T12:00,c3,dnc,,,\n"
    "2026-11-21T12:00,c4,no answer,soonish,,a2\n"
    "2026-11-23T09:00,c1,vm,Tue 4pm,,\n"
    "2026-11-23T10:00,nobody,vm,,,\n"
    "2026-11-24T10:00,c90,connected,,sold,a3\n"
    "2026-11-29T10:00,c5,vm,by Friday,,\n"
)


@dataclass
class Folder:
    """The files of a rep, and the shelf that processes leave things on."""

    path: Path
    edition: str = "this one"

    def __post_init__(self) -> None:
        self.contacts.write_text(PEOPLE, encoding="utf-8")
        self.log.write_text(LOG, encoding="utf-8")

    @property
    def contacts(self) -> Path:
        return self.path / "contacts.csv"

    @property
    def log(self) -> Path:
        return self.path / "attempts.csv"

    @property
    def shelf(self) -> Path:
        return self.path / "ledger.db.read"

    def append(self, *rows: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in rows)

    def process(self, *, keeps: bool = True) -> Process:
        keeper = Keeper(Shelf(self.shelf, self.edition), ZONE) if keeps else None
        return Process(self, keeper)


@dataclass
class Process:
    """A process that reads and folds; it goes on from what another left, where there is a keeper."""

    folder: Folder
    keeper: Keeper | None
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        keeper = self.keeper
        self.reader = Reader(
            [SourceSpec(self.folder.contacts, name="contacts.csv")],
            [SourceSpec(self.folder.log, name="attempts.csv")],
            zone=ZONE,
            region="US-IL",
            own_numbers=[REP.phone],
            recall=None if keeper is None else lambda: keeper.take(self.memory),
        )

    def run(self, now: datetime = NOW, waived: Sequence[str] = (), *, leave: bool = True) -> tuple[Book, Folded]:
        book = self.reader.read(now)
        decisions = Decisions(waived=frozenset(waived))
        folded = fold(book, CADENCES, READ, REP, Policy(), decisions, now, memory=self.memory)
        if self.keeper is not None and leave:
            self.keeper.leave(self.reader, self.memory, book, now)
        return book, folded


def same(folder: Folder, now: datetime = NOW, waived: Sequence[str] = ()) -> Process:
    """A new process answers as one that has nothing to go on from does; returns it."""
    process = folder.process()
    book, folded = process.run(now, waived)
    plain_book, plain = folder.process(keeps=False).run(now, waived)
    assert folded == plain
    assert tuple(folded.commitments) == tuple(plain.commitments)
    assert {one.id for one in plain.commitments if one.state.live} == {one.id for one in folded.live}
    assert (dict(book.contacts), dict(book.attempts), book.problems) == (
        dict(plain_book.contacts), dict(plain_book.attempts), plain_book.problems,
    )  # fmt: skip
    assert (list(book.contacts), list(book.attempts)) == (list(plain_book.contacts), list(plain_book.attempts))
    return process


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def left(folder: Folder) -> Folder:
    """A folder of which a process has left what it read."""
    folder.process().run()
    return folder


def test_a_new_process_reads_no_row_of_files_that_did_not_change(left: Folder) -> None:
    assert same(left).reader.parsed == 0


def test_of_a_log_that_grew_only_the_new_rows_are_read(left: Folder) -> None:
    left.append("2026-11-24T11:00,c7,vm,tomorrow,,", "2026-11-24T11:30,c1,connected,Mon 3pm,,")
    assert same(left).reader.parsed == 2
    assert same(left).reader.parsed == 0


def test_only_contacts_with_new_rows_are_folded_again(left: Folder) -> None:
    left.append("2026-11-24T11:00,c7,vm,tomorrow,,")
    process = left.process()
    process.run(leave=False)
    assert process.memory.touched == {"c7"}


def _edit(text: str) -> str:
    return text.replace("by Friday", "by Thursday", 1)


def _note(text: str) -> str:
    return text.replace("c1,vm,by Friday,,", "c1,vm,by Friday,x,")


CHANGES: dict[str, Callable[[Folder], object]] = {
    "an old row was edited": lambda f: f.log.write_text(_edit(LOG)),
    "an old row was edited, one appended": lambda f: f.log.write_text(_edit(LOG) + "2026-11-24T12:00,c1,vm,,,\n"),
    "a note was added": lambda f: f.log.write_text(_note(LOG)),
    "the log was cut off": lambda f: f.log.write_text(LOG[: len(LOG) // 2]),
    "the log ends in half a row": lambda f: f.log.write_text(f"{LOG}2026-11-24T12:00,c1"),
    "the log was emptied": lambda f: f.log.write_text(HEADER),
    "the log was replaced by one of the same size": lambda f: f.log.write_text(LOG.replace("c90", "c91")),
    "the rows were sorted": lambda f: f.log.write_text(HEADER + "\n".join(sorted(LOG.splitlines()[1:])) + "\n"),
    "an attempt with an id was corrected": lambda f: f.append("2026-11-20T11:00,c2,sold,,,a1"),
    "an attempt with an id is another's": lambda f: f.append("2026-11-20T11:00,c9,vm,,,a1"),
    "a row came late": lambda f: f.append("2026-11-20T10:30,c1,connected,,,"),
    "a row came twice": lambda f: f.append("2026-11-20T10:00,c1,vm,by Friday,,"),
    "an opt-out was added": lambda f: f.append("2026-11-24T11:00,c1,dnc,,,"),
    "a contact was added": lambda f: f.contacts.write_text(f"{PEOPLE}c200,New,+13125559999,\n"),
    "a contact went": lambda f: f.contacts.write_text(PEOPLE.replace("c1,Person 1,+13125550001,\n", "")),
    "a contact may be called again": lambda f: f.contacts.write_text(PEOPLE.replace("0003,", "0003,no")),
    "another edition": lambda f: setattr(f, "edition", "the next one"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changed_the_answer_is_that_of_the_files(left: Folder, change: Callable[[Folder], object]) -> None:
    change(left)
    same(left)
    same(left)
    left.append("2026-11-24T11:45,c8,vm,tomorrow,,")
    same(left)


@pytest.mark.parametrize("hours", [-240, -30, -1, 0, 1, 24, 72, 113, 120, 240, 2400])
def test_what_was_folded_then_is_right_at_any_other_time(left: Folder, hours: int) -> None:
    same(left, NOW + timedelta(hours=hours))
    same(left, NOW + timedelta(hours=hours, minutes=1))


def test_a_waived_call_is_waived_in_the_next_process_and_open_again_when_it_is_restored(left: Folder) -> None:
    _, folded = left.process().run()
    mark = folded.live[0].id
    assert same(left, waived=[mark]).memory.find(mark) is not None
    assert same(left, waived=[mark]).run(waived=[mark])[1].live == folded.live[1:]
    found = same(left).memory.find(mark)
    assert found is not None
    assert found.state is not State.WAIVED


def _cut(at: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * at)]


def _spoil(at: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * at)] + b"\xff spoilt \xff" + data[int(len(data) * at) + 10 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "no database": lambda data: b"not a database at all, " * 100,
    "another note": lambda data: data.replace(b"she'll call me Monday", b"she'll call me Friday"),
    "another head": lambda data: data.replace(b'"latest"', b'"lasted"'),
    **{f"cut off at {share:.0%}": _cut(share) for share in (0.01, 0.3, 0.5, 0.9, 0.999)},
    **{f"spoilt at {share:.0%}": _spoil(share) for share in (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.99)},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_shelf_is_as_good_as_none(left: Folder, damage: Callable[[bytes], bytes]) -> None:
    data = left.shelf.read_bytes()
    assert damage(data) != data
    left.shelf.write_bytes(damage(data))
    same(left)
    assert same(left).reader.parsed == 0, "it was left anew"


def test_no_edition_takes_what_another_left(left: Folder) -> None:
    left.edition = "the next one"
    process = left.process()
    process.run(leave=False)
    assert process.reader.parsed > 0


def test_two_processes_at_once_leave_what_the_files_say(left: Folder) -> None:
    one, other = left.process(), left.process()
    one.run()
    other.run()
    left.append("2026-11-24T11:00,c7,vm,tomorrow,,")
    one.run()
    left.append("2026-11-24T11:10,c8,vm,tomorrow,,")
    other.run()
    one.run()
    assert same(left).reader.parsed == 0


def test_an_appended_row_changes_a_part_of_the_shelf_and_not_all_of_it(left: Folder) -> None:
    before = left.shelf.stat().st_ino
    process = left.process()
    process.run()
    left.append("2026-11-24T11:00,c7,vm,tomorrow,,")
    process.run()
    assert left.shelf.stat().st_ino == before
    assert same(left).reader.parsed == 0


def test_what_is_owed_was_promised_in_the_very_attempts_of_the_book(left: Folder) -> None:
    book, folded = left.process().run(leave=False)
    made = [commitment.attempt for commitment in folded.live]
    assert made
    assert all(any(one is attempt for one in book.attempts[attempt.contact_id]) for attempt in made)


def test_of_what_cannot_be_kept_nothing_is_left_behind(left: Folder) -> None:
    before = left.shelf.read_bytes()
    written: list[int] = []

    def parts() -> Iterator[tuple[str, bytes]]:
        for number in range(3):
            written.append(number)
            yield "[]", b""
        raise TypeError("a value of another kind")

    with pytest.raises(TypeError, match="another kind"):
        Shelf(left.shelf, left.edition).leave({}, parts())
    assert written == [0, 1, 2]
    assert [file.name for file in left.path.glob("ledger.db.read*")] == [left.shelf.name]
    assert left.shelf.read_bytes() == before
    same(left)


def test_nobody_else_may_read_it(left: Folder) -> None:
    assert stat.S_IMODE(left.shelf.stat().st_mode) == 0o600


def test_a_full_disk_is_said_at_debug_and_the_run_goes_on(folder: Folder) -> None:
    code = """
import logging, resource, sys
from pathlib import Path
from tests.test_keeping import Folder
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
folder = Folder(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
print(len(folder.process().run()[1].commitments), "commitments")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder.path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert "what was read is not kept for the next start" in done.stdout
    assert done.stdout.rstrip().endswith("commitments")
    assert not list(folder.path.glob("ledger.db.read*")), "nothing half written is left behind"
    same(folder)


ROWS = st.tuples(
    st.integers(1, 12),
    st.integers(0, 14),
    st.sampled_from(["vm", "connected", "no answer", "dnc", "they called", "missed", "sold", "lm"]),
    st.sampled_from(["", "by Friday", "Mon 3pm", "tomorrow", "in 2 days", "some day"]),
    st.sampled_from(["", "", "b1", "b2"]),
).map(lambda row: f"2026-11-{15 + row[1]:02}T10:{row[0]:02},c{row[0]},{row[2]},{row[3]},,{row[4]}")
STEPS = st.one_of(
    st.lists(ROWS, min_size=1, max_size=3).map(lambda rows: ("append", rows)),
    st.tuples(st.just("edit"), st.integers(0, 99), ROWS),
    st.tuples(st.just("drop"), st.integers(0, 99)),
    st.tuples(st.just("wait"), st.integers(1, 80)),
    st.just(("restart",)),
)


@given(st.lists(STEPS, max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_life_of_the_files_is_answered_as_if_nothing_had_been_kept(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[object, ...]]
) -> None:
    folder, now = Folder(tmp_path_factory.mktemp("life")), NOW
    process = folder.process()
    process.run(now)
    for step in steps:
        lines = folder.log.read_text(encoding="utf-8").splitlines(keepends=True)
        match step:
            case ("append", list(rows)):
                folder.append(*rows)
            case ("edit", int(at), str(row)):
                lines[1 + at % len(lines) : 2 + at % len(lines)] = [f"{row}\n"]
                folder.log.write_text("".join(lines), encoding="utf-8")
            case ("drop", int(at)) if len(lines) > 1:
                del lines[1 + at % (len(lines) - 1)]
                folder.log.write_text("".join(lines), encoding="utf-8")
            case ("wait", int(hours)):
                now += timedelta(hours=hours)
            case _:
                process = folder.process()
        book, folded = process.run(now)
        plain_book, plain = folder.process(keeps=False).run(now)
        assert (folded, dict(book.attempts), book.problems) == (plain, dict(plain_book.attempts), plain_book.problems)
