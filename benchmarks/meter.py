"""What work costs: seconds, our own CPU, and what went over the wire, counted by a proxy in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray

REQUEST = re.compile(rb"(?m)^[A-Z]+ \S+ HTTP/1\.[01]\r$")


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement: seconds of the wall clock and of our CPU, and what went over the wire, in bytes."""

    wall: float
    cpu: float
    requests: float = 0
    up: float = 0
    down: float = 0


def median(costs: Sequence[Cost]) -> Cost:
    """Field by field."""
    return Cost(*(statistics.median(getattr(cost, field.name) for cost in costs) for field in fields(Cost)))


def timed(work: Callable[[], object]) -> Cost:
    """What that costs this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(wall, cpu)


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Meter:
    """A proxy before a server that counts requests and bytes each way.  ``url`` is its root."""

    def __init__(self, port: int) -> None:
        self._counts: SynchronizedArray[int] = multiprocessing.Array("q", 4)
        self._process = multiprocessing.Process(target=_proxy, args=(port, self._counts), daemon=True)
        self._process.start()
        while not self._counts[3]:
            time.sleep(0.01)
        self.port = self._counts[3]
        self.url = f"http://127.0.0.1:{self.port}/"

    def measure(self, work: Callable[[], object]) -> Cost:
        """What that costs this process, and on the wire."""
        before = self._counts[:]
        cost = timed(work)
        time.sleep(0.05)  # the last bytes are counted by somebody else
        requests, up, down = (after - old for after, old in zip(self._counts[:3], before[:3], strict=True))
        return Cost(cost.wall, cost.cpu, requests, up, down)

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()


@contextmanager
def metered(port: int) -> Iterator[Meter]:
    """A meter before the server on that port."""
    meter = Meter(port)
    try:
        yield meter
    finally:
        meter.stop()


def _proxy(port: int, counts: SynchronizedArray[int]) -> None:
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, slot: int) -> None:
        while data := await reader.read(1 << 16):
            counts[slot] += len(data)
            if slot == 1:
                counts[0] += len(REQUEST.findall(data))
            writer.write(data)
            await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back, 1), pump(there, writer, 2), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        counts[3] = server.sockets[0].getsockname()[1]
        await asyncio.Event().wait()

    asyncio.run(serve())
