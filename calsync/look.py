"""One look at one calendar: what changed there, what a person did, and whether the answer is to be believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from calsync.calendars import CalendarSpec
from calsync.calendars.base import Calendar, Changes, Seen
from calsync.errors import Refused
from calsync.identity import event_uid
from calsync.ledger import Ledger, Row, Status, writer_id, writes_since
from calsync.model import Problem
from calsync.office import Branch, Office
from calsync.sync.guards import lost_listing, remedy, shrunk
from calsync.sync.index import Index
from calsync.sync.marks import Mark, News, last_remembered, present_uids, read_marks
from calsync.sync.rival import ahead, at_work, silent_after, told, written_over


@dataclass(slots=True)
class Look:
    """What one look at one calendar brought."""

    spec: CalendarSpec
    branch: Branch
    rows: dict[str, Row]
    marks: tuple[Mark, ...] = ()
    unknown: Mapping[str, Seen] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    token: str | None = None
    problems: tuple[Problem, ...] = ()
    refused: str = ""
    refused_until: datetime | None = None

    @property
    def quiet(self) -> bool:
        """True when nothing happened on the calendar since the last look, and nothing is pending."""
        return not (self.marks or self.unknown or self.seen or self.problems or self.refused) and (
            self.rows is self.branch.rows
        )


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person may overrule: exactly the step that the last run refused, and no more than was lost then."""

    ledger: Ledger
    given: bool
    dry_run: bool

    def overrules(self, step: str, lost: int) -> bool:
        """Whether that step is confirmed; one that is not is kept in mind, so that it can be."""
        key = f"refused {step}"
        known = self.ledger.setting(key)
        if self.given and known and lost <= int(known):
            return True
        if not self.dry_run and known != str(lost):
            self.ledger.put_setting(key, str(lost))
        return False

    def passed(self, step: str) -> None:
        """There was nothing to refuse this time: what was refused before is no longer waiting for a yes."""
        key = f"refused {step}"
        if not self.dry_run and self.ledger.setting(key):
            self.ledger.put_setting(key, "")


def doubted_files(ledger: Ledger) -> tuple[Problem, ...]:
    """The files that the last run refused for the rows they had lost, and that nobody has said yes to."""
    told = []
    for file, before in ledger.sources().items():
        if lost := ledger.setting(f"refused rows {file}"):
            why = shrunk(file, before, before - int(lost))
            told.append(Problem(file, 0, "", f"refused: {why}", remedy(why)))
    return tuple(told)


def look_at(office: Office, spec: CalendarSpec, now: datetime, confirmation: Confirmation) -> Look:
    """Poll the calendar and read what a person did there.  Raises ``CalendarError``."""
    branch = office.branch(spec)
    cache = office.cache
    rows, refused = _place(office, spec, branch, confirmation)
    if refused:
        return Look(spec, branch, rows, refused=refused)
    shelf = office.index(rows)
    token = cache.token(spec.name) if rows is branch.rows else None
    changes = branch.calendar.changes(token or None, shelf.known)
    echoes = cache.echoes(spec.name)
    if behind := bool(echoes) and not changes.full and changes.token == token:
        # The token is still one from before our writes, so what is deleted now need never be told: all is listed anew.
        cache.drop_token(spec.name)
    news = _news(branch.calendar, shelf, changes, echoes)
    if changes.full and token != "":  # whether the token died or we lost it, the server may be back from a backup
        same = {shelf.by_href[href] for href in changes.same if href in shelf.by_href}
        news = replace(news, forgot_at=now, remembers=last_remembered(rows, news.seen, same))
    refused = _lost(office, spec, shelf, news, confirmation, forgot=changes.full and bool(token))
    if refused:
        return Look(spec, branch, rows, problems=changes.problems, refused=refused)
    writer = writer_id(office.ledger, now) if news.seen or news.gone else ""
    over = written_over(writer, rows, news.seen.values())
    refused, until = _rival(office, spec, over, now, confirmation)
    if refused:
        return Look(spec, branch, rows, problems=changes.problems, refused=refused, refused_until=until)
    if over:  # taken over as it stands: what another calsync wrote, or removed, is no person's word
        removed = {uid: replace(rows[uid], status=Status.REMOVED) for uid in news.gone & rows.keys()}
        rows = {uid: row for uid, row in rows.items() if uid not in over} | removed
    news = _asked_again(branch.calendar, rows, news)
    if newer := ahead(writer, rows, news.seen.values()):  # taken over as well: what stands there is our own word
        rows = {uid: row for uid, row in rows.items() if uid not in newer}
    after, marks = read_marks(rows, news, lambda row: cache.seen(spec.name, row.uid, row.etag))
    return Look(
        spec,
        branch,
        after,
        marks,
        unknown=_unknown(office, rows, news),
        seen=tuple(news.seen.values()),
        token=None if behind else changes.token,
        problems=changes.problems,
    )


def _unknown(office: Office, rows: Mapping[str, Row], news: News) -> dict[str, Seen]:
    """Events of this rep's that the ledger does not know; one that lost its mark is told by its UID alone."""
    found = [one for one in news.seen.values() if one.uid not in rows and not one.cancelled]
    mine = {one.uid for one in own(office, rows, found)}
    return {one.uid: one for one in found if one.uid in mine or not one.mark}


def own(office: Office, rows: Mapping[str, Row], seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """The events that are this rep's: those in the ledger, and those under the UID that is computed for the rep.

    Another rep's calsync may keep its events on the same calendar; they look like ours and are none of our business.
    """
    return tuple(one for one in seen if one.uid in rows or one.uid == event_uid(office.rep.id, one.mark))


def place_of(spec: CalendarSpec) -> str:
    """Where a calendar is, in words that change when it is another one."""
    return str(spec.path or f"{spec.url} {spec.calendar} {spec.endpoint} {spec.calendar_id}")


def elsewhere(office: Office, spec: CalendarSpec, rows: Mapping[str, Row]) -> str:
    """Why a calendar whose name now means another place is not to be touched; empty where it is where it was."""
    known = office.ledger.setting(f"place of {spec.name}")
    if not known or known == place_of(spec) or not (present := present_uids(rows.values())):
        return ""
    return f"the calendar {spec.name!r} is in another place now; {len(present)} callbacks stand in the old one"


def _place(
    office: Office, spec: CalendarSpec, branch: Branch, confirmation: Confirmation
) -> tuple[dict[str, Row], str]:
    """A calendar whose name now means another place is not believed to have lost its events: a person confirms.

    Once confirmed it is begun anew there; the events in the old place stay as they are.
    """
    ledger, key, step = office.ledger, f"place of {spec.name}", f"place {spec.name} {place_of(spec)}"
    if refused := elsewhere(office, spec, branch.rows):
        if not confirmation.overrules(step, len(branch.rows)):
            return branch.rows, refused
        if confirmation.dry_run:
            return {}, ""
    known = ledger.setting(key)
    if known != place_of(spec) and not confirmation.dry_run:
        if known:
            with ledger.batch():
                for uid in branch.rows:
                    ledger.drop(spec.name, uid)
            branch.rows = {}
            office.cache.drop_token(spec.name)
        ledger.put_setting(key, place_of(spec))
        confirmation.passed(step)
    return branch.rows, ""


def _lost(
    office: Office, spec: CalendarSpec, shelf: Index, news: News, confirmation: Confirmation, *, forgot: bool
) -> str:
    missing, step = len(news.gone & shelf.present), f"listing {spec.name}"
    refused = lost_listing(office.guard, len(shelf.present), missing, spec.name, forgot=forgot)
    if not refused:
        confirmation.passed(step)
        return ""
    return "" if confirmation.overrules(step, missing) else refused


def _news(
    calendar: Calendar,
    shelf: Index,
    changes: Changes,
    echoes: frozenset[str],
) -> News:
    """What changed, by UID.

    Looked up one by one: writes whose answer was lost, and events written after the token was taken that the poll
    does not mention.
    """
    by_href = shelf.by_href
    gone = {by_href[href] for href in changes.gone if href in by_href}
    same = {by_href[href] for href in changes.same if href in by_href}
    seen = {one.uid: one for one in sorted(changes.seen, key=lambda one: one.href in by_href) if one.uid not in same}
    for uid, one in seen.items():
        # A second resource with the UID of one that is where it was: somebody's copy, unless the server moved ours.
        if one.href not in by_href and uid in shelf.present - gone and (ours := calendar.get(uid)) is not None:
            seen[uid] = ours
    if changes.full:
        gone |= shelf.present - set(seen) - same
    unheard = (echoes - same) & shelf.present
    for uid in sorted((shelf.pending | unheard) - set(seen) - gone):
        found = calendar.get(uid)
        if found is None:
            gone.add(uid)
        else:
            seen[uid] = found
    return News(seen, frozenset(gone - set(seen)))


def _rival(
    office: Office, spec: CalendarSpec, over: Mapping[str, datetime], now: datetime, confirmation: Confirmation
) -> tuple[str, datetime | None]:
    """Why a calendar that another calsync writes too is left alone, and until when: two would undo each other's work
    for ever.

    What was refused is not remembered as seen, so it is refused again until a person confirms or the other stops.
    """
    step, since = f"writer {spec.name}", at_work(over, now, writes_since(office.ledger))
    if since is None:
        confirmation.passed(step)
        return "", None
    if confirmation.overrules(step, 1):
        return "", None
    local = since.astimezone(office.rep.zone)
    return told(spec.name, local), silent_after(local)


def _asked_again(calendar: Calendar, rows: Mapping[str, Row], news: News) -> News:
    """A promise is not waived on a listing's word: a call that is said to be gone is asked for by its own name.

    Costs a request for each call that a person deleted, and none where nobody did.
    """
    doubted = [uid for uid in news.gone if uid in rows and rows[uid].status is Status.LIVE]
    found: dict[str, Seen] = {}
    unreadable: set[str] = set()
    for uid in sorted(doubted):
        try:
            seen = calendar.get(uid)
        except Refused:
            unreadable.add(uid)  # there, whatever it says; the poll that lists it tells what is wrong with it
            continue
        if seen is not None:
            found[uid] = seen
    if not found and not unreadable:
        return news
    return replace(news, seen={**news.seen, **found}, gone=news.gone - set(found) - unreadable)
