"""Draws docs/images/week.svg: the week of the shipped example as a calendar shows it, from the plan itself.

python -m tools.week_picture
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path

from calsync.cli.demo import EXAMPLE_NOW
from calsync.config import load
from calsync.config.shipped import shipped
from calsync.health import in_order
from calsync.ledger import Cache, Ledger
from calsync.model import Kind, Plan, PlannedCall, Rep
from calsync.office import Office

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "week.svg"

OPENS, CLOSES = 9, 18
LEFT, TOP, DAY, HOUR = 56, 92, 206, 92
CARD = 470
FONT = "font-family=\"'Segoe UI', 'Helvetica Neue', Arial, sans-serif\""
COLOURS = {"overdue": ("#fdecea", "#c5221f"), "clock": ("#f3e8fd", "#8430ce"), "planned": ("#f1f3f4", "#5f6368")}
PROMISED = ("#e8f0fe", "#1a56c4")


def example() -> tuple[Plan, Rep]:
    """The plan of the shipped example, as of the demo's own time."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(shipped("config", "example"), folder, dirs_exist_ok=True)
        settings = load(Path(folder) / "calsync.toml")
        with Office(settings, ledger=Ledger(":memory:"), cache=Cache(":memory:")) as office:
            now = datetime.fromisoformat(EXAMPLE_NOW).replace(tzinfo=office.rep.zone)
            return office.plan(now), office.rep


def draw(plan: Plan, rep: Rep) -> str:
    """The picture as SVG text."""
    days = list(_working_days(plan.now.date(), 5))
    width, height = LEFT + len(days) * DAY + CARD + 48, TOP + (CLOSES - OPENS) * HOUR + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {FONT} font-size="12">',
        f"<title>A week of {escape(rep.name)}: the callbacks that are owed, on the calendar</title>",
        f'<rect width="{width}" height="{height}" rx="10" fill="#fff" stroke="#dadce0"/>',
        *_grid(days, rep),
        *_notices(plan, days),
    ]
    calls = [call for call in in_order(plan) if _local_day(call, rep) in days]
    chosen = next((call for call in calls if _speaks_for_itself(call)), calls[0])
    for number, call in enumerate(calls):
        parts += _event(call, days, rep, number, chosen=call is chosen)
    parts += _card(chosen, LEFT + len(days) * DAY + 24)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _speaks_for_itself(call: PlannedCall) -> bool:
    """A call of a cadence, on the day that was promised: what calsync is for."""
    commitment, slot = call.commitment, call.placed.slot
    if slot is None or call.entry is None or commitment.overdue or commitment.kind not in (Kind.DAY, Kind.DEADLINE):
        return False
    return slot.start >= commitment.window.earliest and " of " in call.entry.title


def _working_days(first: date, count: int) -> Iterator[date]:
    day = first
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)


def _grid(days: list[date], rep: Rep) -> Iterator[str]:
    right = LEFT + len(days) * DAY
    for hour in range(OPENS, CLOSES + 1):
        y = TOP + (hour - OPENS) * HOUR
        yield f'<line x1="{LEFT - 6}" y1="{y}" x2="{right}" y2="{y}" stroke="#e3e5e8"/>'
        yield f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end" fill="#70757a" font-size="11">{hour}:00</text>'
    for number, day in enumerate(days):
        x = LEFT + number * DAY
        yield f'<line x1="{x}" y1="20" x2="{x}" y2="{TOP + (CLOSES - OPENS) * HOUR}" stroke="#e3e5e8"/>'
        name = f"{day:%a} {day.day} {day:%b}"
        yield f'<text x="{x + 12}" y="44" font-size="16" font-weight="600" fill="#3c4043">{name}</text>'
        if day in rep.holidays:
            y, height = TOP, (CLOSES - OPENS) * HOUR
            yield f'<rect x="{x + 1}" y="{y}" width="{DAY - 2}" height="{height}" fill="#f8f9fa"/>'
            yield f'<text x="{x + 12}" y="{y + 24}" fill="#70757a">{escape(rep.holidays[day])}</text>'


def _notices(plan: Plan, days: list[date]) -> Iterator[str]:
    for notice in plan.notices:
        if notice.date in days:
            x = LEFT + days.index(notice.date) * DAY + 6
            yield f'<rect x="{x}" y="58" width="{DAY - 12}" height="22" rx="4" fill="#fef7e0" stroke="#f9ab00"/>'
            yield f'<text x="{x + 8}" y="73" fill="#7a4f01" font-weight="600">{escape(notice.title)}</text>'


def _event(call: PlannedCall, days: list[date], rep: Rep, number: int, *, chosen: bool) -> Iterator[str]:
    slot = call.placed.slot
    if slot is None or call.entry is None:
        return
    start, end = slot.start.astimezone(rep.zone), slot.end.astimezone(rep.zone)
    x = LEFT + days.index(start.date()) * DAY + 6
    y = TOP + (start.hour + start.minute / 60 - OPENS) * HOUR
    tall = max((end - start).total_seconds() / 3600 * HOUR, 15) - 1
    fill, ink = _colours(call)
    shade, words = (ink, "#fff") if chosen else (fill, ink)
    title = call.entry.title.replace("Call ", "")
    yield f'<clipPath id="c{number}"><rect x="{x}" y="{y:.1f}" width="{DAY - 14}" height="{tall:.1f}"/></clipPath>'
    yield f'<rect x="{x}" y="{y:.1f}" width="{DAY - 12}" height="{tall:.1f}" rx="3" fill="{shade}"/>'
    yield f'<rect x="{x}" y="{y:.1f}" width="3" height="{tall:.1f}" fill="{ink}"/>'
    yield (
        f'<text x="{x + 8}" y="{y + 11:.1f}" font-size="11" fill="{words}" clip-path="url(#c{number})">'
        f'<tspan font-weight="600">{start:%H:%M}</tspan> {escape(title)}</text>'
    )


def _colours(call: PlannedCall) -> tuple[str, str]:
    if call.commitment.overdue:
        return COLOURS["overdue"]
    if call.commitment.kind is Kind.FIXED:
        return COLOURS["clock"]
    return COLOURS["planned"] if call.commitment.kind is Kind.PLANNED else PROMISED


def _card(call: PlannedCall, x: int) -> Iterator[str]:
    """The event as it opens on a tap: the title, and the description's lines as far as they fit."""
    if call.entry is None:
        return
    top, height = 20, TOP - 20 + (CLOSES - OPENS) * HOUR
    yield f'<rect x="{x}" y="{top}" width="{CARD}" height="{height}" rx="8" fill="#fff" stroke="#dadce0"/>'
    yield f'<rect x="{x}" y="{top}" width="{CARD}" height="6" rx="3" fill="{PROMISED[1]}"/>'
    y = top + 34
    for line in _wrapped(call.entry.title, 50):
        yield f'<text x="{x + 18}" y="{y}" font-size="16" font-weight="600" fill="#202124">{escape(line)}</text>'
        y += 22
    y += 8
    for written in call.entry.description.splitlines():
        line = written.partition("?")[0] if written.startswith("sms:") else written
        for number, part in enumerate(_wrapped(line, 72) or [""]):
            if y > top + height - 14:
                return
            head, rest = _head(part) if number == 0 else ("", part)
            bold = f'<tspan font-weight="600" fill="#202124">{escape(head)}</tspan>' if head else ""
            yield f'<text x="{x + 18}" y="{y}" fill="#3c4043" xml:space="preserve">{bold}{escape(rest)}</text>'
            y += 16 if part else 9


def _head(line: str) -> tuple[str, str]:
    """The words in capitals that begin a block."""
    words = line.split(" ")
    count = 0
    while count < len(words) and words[count].strip(":").isupper() and len(words[count]) > 1:
        count += 1
    return " ".join(words[:count]), (" " if count else "") + " ".join(words[count:])


def _wrapped(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines


def _local_day(call: PlannedCall, rep: Rep) -> date | None:
    return call.placed.slot.start.astimezone(rep.zone).date() if call.placed.slot else None


def main() -> None:
    """Writes the picture."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw(*example()), encoding="utf-8")


if __name__ == "__main__":
    main()
