"""The reference page of calling hours, written from the table itself."""

from __future__ import annotations

from datetime import timedelta

from calsync.placing.law import DEFAULT, Cap, Law, spell, table

_HEAD = """# Calling hours

When calsync lets a call be placed, in the local time of the person called. This is not legal advice: it is what
`calsync/placing/data/calling_hours.toml` holds, one row a jurisdiction, each with its source and the day it was last
compared with it. The strictest row that may apply wins: a state's with its country's, and that of every state which the
contact's number, zone or region names. A configuration can only tighten them (your own hours, a contact's
`call_hours`).

A row marked **?** is not confirmed: its source is missing or cut off, so it holds the stricter of what is known and of
what its neighbours say. "As the day" means that a holiday has the hours of its weekday. Holidays are those of the
`holidays` library for that region, observed days included, and the dates named here. A call ends before the hours do:
the whole slot lies inside.

| | Mon-Fri | Sat | Sun | holidays | also |
| --- | --- | --- | --- | --- | --- |
"""

_FOOT = """
## Sources

| | source | checked |
| --- | --- | --- |
"""


def calling_hours_page() -> str:
    """The page as Markdown: the hours first, the sources after."""
    laws = {law.code: law for law in table().values()}
    rows = [laws[DEFAULT], *(law for code, law in sorted(laws.items()) if code != DEFAULT)]
    hours = "".join(f"| {_name(law)} | {' | '.join(_hours(law))} | {_also(law)} |\n" for law in rows)
    sources = "".join(f"| {_name(law)} | {law.source} | {law.checked} |\n" for law in rows)
    return _HEAD + hours + _FOOT + sources


def _name(law: Law) -> str:
    name = law.name.removeprefix("the ")
    code = "" if law.code == DEFAULT else f" `{law.code}`"
    return f"{name[0].upper()}{name[1:]}{code}{'' if law.verified else ' **?**'}"


def _hours(law: Law) -> list[str]:
    holidays = "as the day" if law.holidays is None else spell(law.holidays)
    return [spell(law.week[0]), spell(law.week[5]), spell(law.week[6]), holidays]


def _also(law: Law) -> str:
    parts = [_cap(cap) for cap in law.caps]
    if law.rest_after_refusal:
        parts.append(f"no call for {law.rest_after_refusal.days} days after a refusal")
    if law.eves is not None:
        parts.append(f"day before a holiday {spell(law.eves)}")
    parts += [f"{day} {spell(hours)}" for day, hours in sorted(law.dates.items())]
    if law.holiday_region:
        parts.append(f"holidays of `{law.holiday_region}` only")
    if law.extra_holidays:
        parts.append(f"also a holiday: {', '.join(sorted(law.extra_holidays))}")
    covered = sorted(code for code, other in table().items() if other.code == law.code and code != law.code)
    if covered:
        parts.append(f"covers {', '.join(covered)}")
    return "; ".join(parts)


def _cap(cap: Cap) -> str:
    days = cap.period >= timedelta(days=2)
    period = f"{cap.period // timedelta(days=1)} days" if days else f"{cap.period // timedelta(hours=1)} hours"
    channels = " and ".join("texts" if name == "sms" else f"{name}s" for name in sorted(cap.channels))
    return f"at most {cap.calls} {channels} in {period}"
