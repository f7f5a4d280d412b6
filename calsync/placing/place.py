"""Choosing the slots: feasible first, then stable, then preferred.

1. Clock times and what a person moved are fixed points: they stay, and everything else keeps clear of them.
2. A slot that is on the calendar and still allowed keeps its place.
3. Every other open promise, the most urgent first, takes its preferred free cell; where its window is full, calls make
   room along an augmenting path, those that nobody has seen yet before those that somebody has.  So every promise gets
   a place inside its window whenever there is a placement in which all do (``board``).
4. A promise without any cell goes earlier, or, when its window has begun, to the next cell that is allowed.
5. Overdue calls, the most binding first, and then planned ones take what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calsync.model import Book, Commitment, Decisions, Placed, Policy, Rep, Span
from calsync.placing import dormant, matching, standing, verdict
from calsync.placing.memory import Memory
from calsync.placing.order import binding, urgency
from calsync.placing.run import Run


def place(
    commitments: Sequence[Commitment],
    book: Book,
    rep: Rep,
    policy: Policy,
    *,
    busy: Sequence[Span],
    decisions: Decisions,
    now: datetime,
    memory: Memory | None = None,
) -> tuple[Placed, ...]:
    """A slot for every live commitment, in the order given; closed ones come back with ``slot`` ``None`` and no why.

    ``busy`` are the rep's other appointments; ``decisions.moved`` the times a person chose, kept as they are;
    ``decisions.seen`` the slots that are on the calendar already, kept unless the promise, the law, a busy time or
    another promise's only place forces them, with the words of ``decisions.why``.  Slots are in the rep's zone.  A
    ``memory`` that is kept between calls saves time and changes nothing.  Raises nothing: what cannot be placed says
    why and carries a ``Problem``.
    """
    run = Run(commitments, book, rep, policy, busy=busy, decisions=decisions, now=now, memory=memory)
    waiting, remembered = standing.sort(run)
    waiting = standing.awkward(run, waiting)
    waiting += standing.recall(run, remembered, waiting)
    standing.keep_seen(run, waiting)
    waiting += dormant.stir(run, waiting, standing.restless(run, remembered))
    bound = sorted((task for task in waiting if task.bound), key=urgency)
    matching.match(run, [task for task in bound if not run.follows(task)], whole=True)
    for task in filter(run.follows, bound):
        matching.after_siblings(run, task)
    dormant.note_freed(run)
    if dormant.room(run):
        waiting = list({task.number: task for task in (*waiting, *dormant.wake(run))}.values())
    rest = [task for task in waiting if not task.bound]
    for task in sorted((task for task in rest if task.commitment.overdue), key=binding):
        matching.overdue(run, task)
    for task in sorted((task for task in rest if not task.commitment.overdue), key=urgency):
        matching.planned(run, task)
    squeezed = [task for task in run.tasks.values() if task.how == "squeezed"]
    told = [task for task in waiting if task.number not in run.dormant]
    for task in (*told, *squeezed, *dormant.tellable(run)):
        run.placed[task.number] = verdict.of_task(run, task)
    standing.remember(run)
    placed = run.placed
    return tuple([placed.get(number) or Placed(one, None) for number, one in enumerate(commitments)])
