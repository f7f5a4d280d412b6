"""A calendar kept as a folder of .ics files, one event a file (the vdir layout that khal, vdirsyncer and others share).

A poll is one scan of the directory: names, times, sizes and inode numbers.  A file's body is read only where those
changed.  A file is replaced as a whole (written beside it, flushed to the disk, renamed), so no reader ever sees
half of one; and the lock on the folder keeps two calsyncs apart.  Nothing can lock out other programs, so a
conditional write compares the file with what was last read before the rename, and again after it: the new file and
the one that stood there change places in one step, and one that a person wrote in between gets its place back.
Where the system cannot do that (no Linux, an old network share), the comparison before has to do.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import is_
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calsync.calendars import ics
from calsync.calendars.base import Changes, Receipt, Seen
from calsync.calendars.folder_state import FileState, Snapshot, etag_of, scan
from calsync.calendars.ics.lines import decode
from calsync.calendars.listing import Listing, ours_or_none
from calsync.errors import CalendarError, Gone, Refused, Stale, Taken, Unreachable
from calsync.model import Entry, Span

_TEMPORARY = ".calsync-"
_ABANDONED_SECONDS = 3600.0
_FLUSHERS = 8
_RENAME_EXCHANGE = 2


def utc_now() -> datetime:
    return datetime.now(UTC)


class FolderCalendar:
    """Implements ``Calendar``.  An href is a file name, an etag is made of the file's time, size and inode number."""

    def __init__(self, name: str, path: Path, *, zone: ZoneInfo, clock: Callable[[], datetime] = utc_now) -> None:
        self.name = name
        self.path = path
        self._zone = zone
        self._clock = clock
        self._last = Snapshot({})
        self._there = False  # a folder that was there and is not is a disk that went, and is never made anew
        self._own: dict[str, str] = {}  # what this object wrote: file name -> digest, to know its echo

    def changes(self, token: str | None, known: Mapping[str, str] | None = None) -> Changes:
        """See ``Calendar.changes``; the token holds what the last scan saw of each file."""
        before = Snapshot.parse(token, cached=self._last)
        with self._told("read"):
            if before is None:
                self._make()
            files = scan(self.path, before.files if before is not None else {})
            self._there = True
            if before is not None and _same(files, before.files):
                return Changes((), (), before.token, full=False)
            found, after = self._compare(before, files, known or {})
        self._last = after
        return found.changes(token=after.token, full=before is None)

    def _compare(
        self, before: Snapshot | None, files: dict[str, FileState], known: Mapping[str, str]
    ) -> tuple[Listing, Snapshot]:
        found = Listing(self.name, self._zone)
        states = before.files if before is not None else {}
        for name, state in files.items():
            old = states.get(name)
            if old is state:
                continue
            doubtful = state.racy or (old is not None and old.racy)
            if not doubtful and known.get(name) == state.etag:
                state.ours = True
                found.same.append(name)
                continue
            try:
                text, etag = _read(self.path / name)
            except FileNotFoundError:
                if old is not None:
                    state.copy_role(old)
                continue  # removed between the scan and now: the next poll finds it gone
            digest = _digest(text)
            state.digest = digest if state.racy else ""
            if old is not None and (old.etag, old.digest) == (etag, digest):
                state.copy_role(old)
            elif known.get(name) == etag and self._own.get(name) == digest:
                state.ours = True
                found.same.append(name)
            else:
                state.ours = found.add(name, etag, text)
                state.uid = _uid_elsewhere(found, name) if state.ours else ""
        found.gone.extend(name for name, old in states.items() if name not in files and old.ours)
        return found, Snapshot(files)

    def _make(self) -> None:
        if not self._there:
            self.path.mkdir(parents=True, exist_ok=True)
            sweep(self.path)
            self._there = True

    def get(self, uid: str) -> Seen | None:
        with self._told("read"):
            for name in self._names_of(uid):
                seen = self._seen(name)
                if seen is not None and seen.uid == uid:
                    return seen
        return None

    def _names_of(self, uid: str) -> Iterator[str]:
        """Where the event may be: under its own name, where a poll saw it, and only then in any other file."""
        yield ics.file_name(uid)
        yield from (name for name, state in self._last.files.items() if state.uid == uid)
        wanted = ics.uid_text(uid).encode()
        for name in scan(self.path, {}) if self._there or self.path.exists() else ():
            with contextlib.suppress(FileNotFoundError):
                if wanted in (self.path / name).read_bytes():
                    yield name

    def _seen(self, name: str) -> Seen | None:
        try:
            text, etag = _read(self.path / name)
        except FileNotFoundError:
            return None
        return ours_or_none(text, href=name, etag=etag, zone=self._zone, calendar=self.name)

    def create(self, entry: Entry) -> Receipt:
        result = next(self.create_all((entry,)))
        if isinstance(result, CalendarError):
            raise result
        return result

    def create_all(self, entries: Iterable[Entry]) -> Iterator[Receipt | CalendarError]:
        """Written side by side and flushed together, which takes the disk little longer than one; then named one by
        one, and the folder is flushed before the first receipt goes out."""
        with self._told("write"):
            self._make()
            with self._locked() as folder, contextlib.ExitStack() as drafts:
                elsewhere = {state.uid: name for name, state in self._last.files.items() if state.uid}
                made = [self._draft(entry, elsewhere.get(entry.uid), folder, drafts) for entry in entries]
                _flush([one.file for one in made if isinstance(one, _Draft)])
                results = [self._named(one, folder) if isinstance(one, _Draft) else one for one in made]
                os.fsync(folder)
        yield from results

    def _draft(
        self, entry: Entry, elsewhere: str | None, folder: int, drafts: contextlib.ExitStack
    ) -> _Draft | CalendarError:
        """The event in a temporary file, not flushed yet.  ``elsewhere`` is a file under another name that had it."""
        if elsewhere is not None and (self.path / elsewhere).exists():
            return Taken(f"Calendar “{self.name}”: the event is there already, as {elsewhere}.")
        text = ics.render(entry, self._clock())
        try:
            return _Draft(ics.file_name(entry.uid), text, *drafts.enter_context(_temporary(text, folder)))
        except OSError as problem:
            return self._failure(problem, "write")

    def _named(self, draft: _Draft, folder: int) -> Receipt | CalendarError:
        try:
            _link(draft.temporary, draft.name, folder)
        except FileExistsError:
            return Taken(f"Calendar “{self.name}”: {draft.name} is there already.")
        except OSError as problem:
            return self._failure(problem, "write")
        self._own[draft.name] = _digest(draft.text)
        return Receipt(draft.name, etag_of(os.fstat(draft.file)), draft.text)

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        target = self.path / seen.href
        with self._told("write"), self._locked() as folder:
            raw = self._unchanged(target, seen)
            try:
                text = ics.patch(raw, entry, self._clock())
            except ValueError as reason:
                raise Stale(f"Calendar “{self.name}”: {seen.href} cannot be changed: {reason}.") from None
            with _temporary(text, folder) as (temporary, file):
                os.fsync(file)
                self._unchanged(target, seen)
                self._put(temporary, target, folder, seen)
                os.fsync(folder)
                self._own[seen.href] = _digest(text)
                return Receipt(seen.href, etag_of(os.fstat(file)), text)

    def delete(self, seen: Seen) -> None:
        target = self.path / seen.href
        with self._told("write"), self._locked() as folder:
            try:
                self._unchanged(target, seen)
            except Gone:
                return
            aside = self.path / f"{_TEMPORARY}{os.urandom(8).hex()}.tmp"
            try:
                target.rename(aside)
            except FileNotFoundError:
                return
            try:
                self._unchanged(aside, seen)
            except Stale:
                with contextlib.suppress(FileExistsError):  # written once more: the newer one stays
                    _link(aside.name, target.name, folder)
                raise
            finally:
                aside.unlink(missing_ok=True)
                os.fsync(folder)

    def _put(self, temporary: str, target: Path, folder: int, seen: Seen) -> None:
        """Give a finished file the name of one that says what was last ``seen``."""
        try:
            swapped = _swap(temporary, target.name, folder)
        except FileNotFoundError:
            raise Gone(f"Calendar “{self.name}”: {seen.href} is no longer there.") from None
        if not swapped:
            os.replace(temporary, target.name, src_dir_fd=folder, dst_dir_fd=folder)
            return
        try:
            self._unchanged(self.path / temporary, seen)
        except Stale:
            _swap(temporary, target.name, folder)
            raise

    def busy(self, start: datetime, end: datetime, away: str = "") -> tuple[Span, ...]:
        from calsync.calendars.ics.busy import busy

        with self._told("read"):
            texts = []
            for name in scan(self.path, {}) if self._there or self.path.exists() else ():
                with contextlib.suppress(FileNotFoundError):
                    texts.append(_read(self.path / name)[0])
        return busy(texts, start, end, self._zone, away)

    def close(self) -> None:
        """Nothing is kept open."""

    def _unchanged(self, target: Path, seen: Seen) -> str:
        """The file's text, if it says what was last ``seen``: by its content where that is known, so that a mere
        touch of the file is no change, else by its etag."""
        try:
            text, etag = _read(target)
        except FileNotFoundError:
            raise Gone(f"Calendar “{self.name}”: {seen.href} is no longer there.") from None
        if text != seen.raw if seen.raw else etag != seen.etag:
            raise Stale(f"Calendar “{self.name}”: {seen.href} changed since it was last read.")
        return text

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        """The folder itself, open and locked against other calsyncs."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # some network file systems have no locks
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield folder
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Failures of the file system, in words."""
        try:
            yield
        except CalendarError:
            raise
        except OSError as problem:
            raise self._failure(problem, doing) from problem

    def _failure(self, problem: OSError, doing: str) -> CalendarError:
        about = f"Calendar “{self.name}”: cannot {doing} {self.path}"
        match problem.errno:
            case errno.ENOENT | errno.ENOTDIR:
                return Unreachable(
                    f"{about}: the folder is not there.",
                    hint="is its disk mounted? If the folder was removed on purpose, make it again: mkdir",
                )
            case errno.EACCES | errno.EPERM | errno.EROFS:
                return Refused(
                    f"{about}: {problem.strerror}.", hint="allow writing there (chmod), or name another path"
                )
            case errno.ENOSPC | errno.EDQUOT:
                return Refused(f"{about}: the disk is full.", hint="make room, then: calsync sync")
        return Unreachable(f"{about}: {problem.strerror or type(problem).__name__}.")


class _Draft(NamedTuple):
    """An event in a temporary file that is still open."""

    name: str
    text: str
    temporary: str
    file: int


@contextlib.contextmanager
def _temporary(text: str, folder: int) -> Iterator[tuple[str, int]]:
    """A file beside the others that holds ``text``, by name and open; removed in the end unless it was renamed."""
    name = f"{_TEMPORARY}{os.urandom(8).hex()}.tmp"
    file = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644, dir_fd=folder)
    try:
        data = memoryview(text.encode("utf-8", "surrogatepass"))
        while data:
            data = data[os.write(file, data) :]
        yield name, file
    finally:
        os.close(file)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def _flush(files: Sequence[int]) -> None:
    """Onto the disk, many at a time: one after the other, each would wait for a turn of the disk of its own."""
    if len(files) < 2:
        for file in files:
            os.fsync(file)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_FLUSHERS) as flushers:
        list(flushers.map(_flush_some, [files[first::_FLUSHERS] for first in range(min(_FLUSHERS, len(files)))]))


def _flush_some(files: Sequence[int]) -> None:
    for file in files:
        os.fsync(file)


def _link(temporary: str, name: str, folder: int) -> None:
    """Give a finished file its name unless that is taken; one step, so that nobody sees it half done."""
    try:
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except FileExistsError:
        raise
    except OSError as problem:
        if problem.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        # a file system without hard links (FAT, some network shares): claim the name first, then fill it
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644, dir_fd=folder))
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def _swap(one: str, other: str, folder: int) -> bool:
    """Let two files change names in one step (renameat2(2), Linux); False where the system cannot.

    Raises ``FileNotFoundError`` where one of them is not there.
    """
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    if rename(folder, os.fsencode(one), folder, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    if ctypes.get_errno() == errno.ENOENT:
        raise FileNotFoundError(other)
    return False


def _same(files: dict[str, FileState], before: dict[str, FileState]) -> bool:
    """Whether every file is in the very state of before."""
    return len(files) == len(before) and all(map(is_, files.values(), map(before.get, files)))


def _read(path: Path) -> tuple[str, str]:
    """A file's text and etag, both of one moment: the etag is that of the file that was read."""
    with path.open("rb") as file:
        data = file.read()
        return decode(data), etag_of(os.fstat(file.fileno()))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _uid_elsewhere(found: Listing, name: str) -> str:
    """The uid of an event that is not kept under its own name (a person or a program renamed the file)."""
    if not found.seen or found.seen[-1].href != name:
        return ""
    uid = found.seen[-1].uid
    return "" if ics.file_name(uid) == name else uid


def sweep(path: Path) -> None:
    """Remove the temporary files that a killed run left behind, an hour after."""
    for left in path.glob(f"{_TEMPORARY}*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                left.unlink()
