"""Noticing that a file changed, without waking up to look.

The kernel tells (inotify) about the *folders* of the watched files: an editor that replaces a file by rename, a file
that is deleted and comes back, a symbolic link that is pointed elsewhere, all show up there.  Where inotify cannot
work (network file systems, where other machines write; no watches left) the daemon's tick looks at the files instead,
and that is said.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from inotify_simple import INotify, flags

_EVENTS = flags.CLOSE_WRITE | flags.MOVED_TO | flags.MOVED_FROM | flags.CREATE | flags.DELETE | flags.MODIFY
_ITSELF = flags.DELETE_SELF | flags.MOVE_SELF
_REMOTE = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone", "afs", "ceph", "davfs"))


@dataclass(slots=True)
class Watch:
    """A watch over files and whole folders; without ``inotify`` where the kernel has none left for this user.

    ``polled`` are the folders of which the kernel tells nothing.  ``folders`` says which folder stood behind each path
    when the watch began, ``None`` for one that was not there.
    """

    inotify: INotify | None
    names: dict[int, set[str] | None] = field(default_factory=dict)
    polled: tuple[Path, ...] = ()
    folders: dict[Path, tuple[int, int] | None] = field(default_factory=dict)
    stamps: dict[Path, tuple[int, int, int] | None] = field(default_factory=dict)

    def fileno(self) -> int:
        """-1 where there is nothing to wait for."""
        return -1 if self.inotify is None else int(self.inotify.fileno())

    def changed(self) -> bool:
        """Take what the kernel has to tell; true where it concerns us."""
        found = False
        for event in self.inotify.read(timeout=0) if self.inotify is not None else ():
            if event.mask & (flags.Q_OVERFLOW | flags.IGNORED | flags.UNMOUNT | _ITSELF):
                found = True  # something was lost, or the folder itself went: look at everything
                continue
            names = self.names.get(event.wd, set())
            found = found or names is None or event.name in names
        return found

    def moved(self) -> bool:
        """True where another folder stands behind a watched path than when the watch began: it was replaced, linked
        elsewhere, made or taken away, perhaps by a change higher up, of which the kernel tells nothing."""
        return any(_identity(folder) != known for folder, known in self.folders.items())

    def looked_at(self) -> bool:
        """Look at the files in the ``polled`` folders; true where one is not as it was at the last look."""
        found = {file: _stamp(file) for file in self.stamps}
        changed = found != self.stamps
        self.stamps = found
        return changed

    def close(self) -> None:
        if self.inotify is not None:
            self.inotify.close()


def watch(files: Iterable[Path], folders: Iterable[Path] = ()) -> Watch:
    """Watch single files (through their folders, and those of what they link to) and every file of some folders."""
    files, folders = tuple(files), tuple(folders)
    result = Watch(_inotify())
    polled: list[Path] = []
    wanted: dict[Path, set[str] | None] = {}
    for file in files:
        for path in _trail(file):
            names = wanted.setdefault(path.parent, set())
            if names is not None:
                names.add(path.name)
    for folder in folders:
        wanted[folder.absolute()] = None
    # Known before the watches are set: what happens in between is seen as a change rather than not at all.
    result.folders = {folder: _identity(folder) for folder in wanted}
    by_number: dict[int, set[str] | None] = {}
    for folder, names in wanted.items():
        number = _add(result.inotify, folder)
        if number is None:
            polled.append(folder)
        else:
            old = by_number.get(number, set())
            by_number[number] = None if names is None or old is None else old | names
    result.names = by_number
    result.polled = tuple(folder for folder in polled if result.folders[folder] is not None)
    unheard = set(polled)
    result.stamps = {
        path: _stamp(path)
        for path in (*(trail for file in files for trail in _trail(file)), *folders)
        if path.parent in unheard or path in unheard
    }
    return result


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _trail(file: Path) -> list[Path]:
    """The path itself and, link by link, what it points to: any of them may be replaced."""
    trail = [file.absolute()]
    for _ in range(10):
        if not trail[-1].is_symlink():
            break
        target = trail[-1].readlink()
        trail.append(target if target.is_absolute() else trail[-1].parent / target)
    return trail


def _inotify() -> INotify | None:
    try:
        return INotify()
    except OSError:
        return None  # a user may have so many of them (128 on most systems), and other programs have them all


def _add(inotify: INotify | None, folder: Path) -> int | None:
    if inotify is None or remote(folder):
        return None
    try:
        return int(inotify.add_watch(folder, _EVENTS | _ITSELF))
    except OSError:
        return None


def remote(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """True on a network file system: inotify tells only of changes made on this machine."""
    best, kind = "", ""
    whole = os.path.realpath(folder)
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    for line in lines:
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ")
        inside = whole == point or whole.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in _REMOTE
