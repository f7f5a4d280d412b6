"""What a process may do here, tried one thing after the other: run as a hook inside the service, and outside it.

``python probe.py ANSWERS``, with what is tried on the home folder of whoever runs it; the answers are JSON: the name of
what was tried -> ``"done"``, or the name of the error.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import socket
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
SYSLOG, INIT_MODULE, PERF_EVENT_OPEN, CLOCK_SETTIME = (
    (103, 175, 298, 227) if os.uname().machine == "x86_64" else (116, 105, 241, 112)
)
HOME = Path(os.environ["HOME"])


def call(number: int, *arguments: Any) -> None:
    """A system call by its number; raises ``OSError``."""
    if LIBC.syscall(ctypes.c_long(number), *arguments) == -1:
        raise OSError(ctypes.get_errno(), "")


def libc(name: str, *arguments: Any) -> int:
    result: int = getattr(LIBC, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result


def write(path: Path) -> None:
    path.write_text("x")
    path.unlink()


def status(name: str) -> str:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(name + ":"))


def set_uid() -> None:
    with tempfile.NamedTemporaryFile(dir=sys.argv[1] + ".folder") as file:
        os.fchmod(file.fileno(), 0o4755)


def mode_of_new_file() -> str:
    path = Path(sys.argv[1] + ".folder", "new")
    path.touch()
    mode = stat.S_IMODE(path.stat().st_mode)
    path.unlink()
    return f"{mode:o}"


def foreign_program() -> str:
    """A program of 32-bit x86 that leaves with 7, made by hand: ``mov eax, 1; mov ebx, 7; int 0x80``."""
    code = b"\xb8\x01\x00\x00\x00\xbb\x07\x00\x00\x00\xcd\x80"
    base, head = 0x08048000, 84
    elf = b"\x7fELF\x01\x01\x01" + bytes(9)
    elf += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, base + head, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    elf += struct.pack("<IIIIIIII", 1, 0, base, base, head + len(code), head + len(code), 5, 0x1000)
    path = Path(sys.argv[1] + ".folder", "foreign")
    path.write_bytes(elf + code)
    path.chmod(0o700)
    try:
        return f"exit {subprocess.run([path], check=False).returncode}"
    finally:
        path.unlink()


def thing(kind: int, protocol: int = 0) -> Callable[[], None]:
    return lambda: socket.socket(
        kind, socket.SOCK_RAW if kind == socket.AF_NETLINK else socket.SOCK_DGRAM, protocol
    ).close()


TRIED: dict[str, Callable[[], object]] = {
    "write to the system": lambda: write(Path("/usr/probe")),
    "write to /etc": lambda: write(Path("/etc/probe")),
    "write to the home folder": lambda: write(HOME / "probe"),
    "write beside the log": lambda: write(Path(sys.argv[1] + ".folder") / "probe"),
    "see another one's temporary file": lambda: str(Path("/tmp/calsync-lab-was-here").exists()),
    "write to the control groups": lambda: write(Path("/sys/fs/cgroup/probe")),
    "mode of a new file": mode_of_new_file,
    "user namespace": lambda: Path("/proc/self/uid_map").read_text().split()[2],
    "no new privileges": lambda: status("NoNewPrivs"),
    "capabilities": lambda: status("CapBnd"),
    "system call filters": lambda: status("Seccomp"),
    "devices": lambda: " ".join(
        sorted({path.name for path in Path("/dev").iterdir()} & {"kmsg", "mem", "vda", "sda", "fuse", "net", "kvm"})
    ),
    "set the clock": lambda: call(CLOCK_SETTIME, 0, ctypes.byref((ctypes.c_long * 2)(0, 0))),
    "set the host name": lambda: libc("sethostname", b"probe", 5),
    "write a kernel setting": lambda: Path("/proc/sys/kernel/ns_last_pid").open("w").close(),
    "load a kernel module": lambda: call(INIT_MODULE, None, 0, b""),
    "see kernel modules": lambda: list(Path("/usr/lib/modules").iterdir()),
    "read the kernel log": lambda: call(SYSLOG, 10, None, 0),
    "AF_INET": thing(socket.AF_INET),
    "AF_NETLINK": thing(socket.AF_NETLINK),
    "AF_PACKET": thing(socket.AF_PACKET),
    "AF_ALG": lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).close(),
    "make a namespace": lambda: libc("unshare", 0x10000000),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
    "ordinary scheduling": lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)),
    "set-uid file": set_uid,
    "another personality": lambda: libc("personality", 0x0040000),
    "foreign program": foreign_program,
    "memory written and executed": lambda: mmap.mmap(-1, 4096, prot=7).close(),
    "privileged call": lambda: os.chroot("/"),
    "a share of the machine": lambda: os.nice(1),
    "a call no service needs": lambda: call(PERF_EVENT_OPEN, None, 0, -1, -1, 0),
}


def answer(work: Callable[[], object]) -> str:
    try:
        found = work()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error.errno))
    return found if isinstance(found, str) else "done"


def main() -> None:
    """Try everything; what stands on standard input is kept, too."""
    Path(sys.argv[1] + ".folder").mkdir(exist_ok=True)
    answers = {name: answer(work) for name, work in TRIED.items()}
    said = "" if sys.stdin.isatty() else sys.stdin.read()
    Path(sys.argv[1]).write_text(json.dumps({"answers": answers, "said": said}))


if __name__ == "__main__":
    main()
