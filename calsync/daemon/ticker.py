"""The tick: an APScheduler that lives in the daemon's own loop instead of in a thread of its own.

APScheduler looks at the wall clock alone.  Set that back by three hours and every job of it is three hours late; so the
loop asks here at least once an interval of the monotonic clock, and says ``now`` when the clocks have moved apart.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.base import BaseScheduler

from calsync.daemon.journal import logger

_TROUBLE = {EVENT_JOB_ERROR: "failed", EVENT_JOB_MISSED: "was missed"}


class Ticker(BaseScheduler):  # type: ignore[misc]  # APScheduler 3 has no types
    """One interval job ``tick``, one-shot work, and a single worker thread that does all of it, one after the other.

    No grace limit, coalesced, never twice at once: however long the machine slept, one tick follows.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._wake = wake
        self.add_listener(_listen, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)

    def wakeup(self) -> None:
        """Called by APScheduler when a job was added from any thread: the loop must look again."""
        self._wake()

    def shutdown(self, wait: bool = True) -> None:
        """Hand out nothing more; ``wait`` for the work in hand."""
        # First the worker, then the rest: APScheduler waits while it holds the locks that the worker needs to say what
        # it wants later.
        self._lookup_executor("default").shutdown(wait)
        super().shutdown(wait)

    def tick(self, work: Callable[[], None], seconds: float) -> None:
        """Do ``work`` every so many seconds, and once at once; replaces the tick that was."""
        self.add_job(
            work, "interval", seconds=seconds, id="tick", next_run_time=datetime.now(UTC), replace_existing=True
        )

    def now(self) -> None:
        """The tick comes at once, wherever the wall clock went."""
        self.modify_job("tick", next_run_time=datetime.now(UTC))

    def soon(self, work: Callable[..., None], *arguments: Any) -> None:
        """Let the worker do it next."""
        self.add_job(work, args=arguments)

    def after(self, seconds: float, work: Callable[[], None], name: str) -> None:
        """Let the worker do it in so many seconds; a second call by the same name replaces the first."""
        when = datetime.now(UTC) + timedelta(seconds=seconds)
        self.add_job(work, "date", run_date=when, id=name, replace_existing=True)

    def due(self) -> float | None:
        """Hand out what is due; seconds until there is more."""
        wait: float | None = self._process_jobs()
        return wait


def _listen(event: JobEvent) -> None:
    """What APScheduler would tell nobody.  An exception is named by its kind alone: its words may quote a file."""
    if event.code == EVENT_JOB_MAX_INSTANCES:
        logger.debug("a tick came while the one before was still at work")
        return
    error = getattr(event, "exception", None)
    logger.error("the job %s %s %s", event.job_id, _TROUBLE[event.code], type(error).__name__ if error else "")
