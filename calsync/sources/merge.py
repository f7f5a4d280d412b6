"""Records of several lists -> the contacts they speak of, each once.

The rules, in order:

1. records that state the same ``id`` are one contact, whatever else they say (two names under one id in one file are
   reported); a vCard's UID counts as such an id too, but does not hold two records apart;
2. records that share a number or an address are one when their names are equal (letter case and spacing apart) or one
   of them has none, and they do not state different ids;
3. otherwise they stay two: a household, a front desk.  A record that could belong to two contacts is reported.

What an earlier record says stands; a later one fills what is empty and adds its numbers, addresses, groups and notes.
An opt-out in any record wins over a *no* in any other, because files carry no dates: calling somebody who opted out is
the worse mistake.  To lift it, change it to *no* wherever it stands.

A contact without an id of a file is known by its first number, else its first address, else its name; where several
share that number or address, by it and the name, for each of them, so that sorting the file changes no id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from calsync.model import Contact, Phone, Problem


def name_key(name: str) -> str:
    """The form in which names are compared: letter case and spacing do not count, all else does."""
    return " ".join(name.casefold().split())


@dataclass(frozen=True, slots=True)
class Merged:
    """Contacts by id, in the order in which they first appear; ``also`` are further ids (UIDs) that mean them."""

    contacts: Mapping[str, Contact]
    also: Mapping[str, str]
    problems: tuple[Problem, ...]


def merge(records: Iterable[Contact], uids: Collection[str] = frozenset()) -> Merged:
    """Merge ``records`` (``id`` is ``""`` where the file states none); ``uids`` are ids that came from vCards."""
    merger = _Merger(uids)
    by_id, by_key, found, known = merger.by_id, merger.by_key, merger.found, merger.by_key.__contains__
    for record in _named_first(records):
        keys = [phone.e164 for phone in record.phones]
        for address in record.emails:
            keys.append(address.casefold())  # noqa: PERF401  # most have one or none: a loop is quicker
        own_id = record.id
        if own_id in by_id or not (keys or own_id) or any(map(known, keys)):
            merger.join(record, keys)
            continue
        index = len(found)
        if own_id:
            by_id[own_id] = index
        for key in keys:
            by_key[key] = [index]
        found.append(record)
    return merger.result()


def _named_first(records: Iterable[Contact]) -> Iterator[Contact]:
    """Records without a name come last: whom they belong to depends on all who share their number."""
    nameless = []
    for record in records:
        if record.name:
            yield record
        else:
            nameless.append(record)
    yield from nameless


class _Merger:
    def __init__(self, uids: Collection[str]) -> None:
        self.uids = uids
        self.by_id: dict[str, int] = {}
        self.by_key: dict[str, list[int]] = {}
        self.found: list[Contact | None] = []
        self.problems: list[Problem] = []
        self.names_only: dict[str, int] = {}

    def join(self, record: Contact, keys: Sequence[str]) -> None:
        """A record that shares something with contacts already found."""
        own = self._own(record, keys)
        mates = self._mates(record, keys)
        if self._could_be_several(record, mates, own):
            if own is None and not self._states_id(record):
                self._ambiguous(record, mates)
                return
            mates = []
        same = mates if own is None else [own, *(i for i in mates if i != own)]
        home = self._add(record) if not same else self._absorb(record, same)
        if record.id:
            self.by_id[record.id] = home
        elif not keys:
            self.names_only[name_key(record.name)] = home
        for key in keys:
            indexes = self.by_key.setdefault(key, [])
            if home not in indexes:
                indexes.append(home)

    def _own(self, record: Contact, keys: Sequence[str]) -> int | None:
        if record.id:
            return self.by_id.get(record.id)
        return (
            None if keys else self.names_only.get(name_key(record.name))
        )  # with nothing but a name, that is who it is

    def _could_be_several(self, record: Contact, mates: Sequence[int], own: int | None) -> bool:
        """Whether those that the record shares something with are more than one person."""
        all_of_them = [record, *(self._at(i) for i in {*mates, *([] if own is None else [own])})]
        names = {name for contact in all_of_them if (name := name_key(contact.name))}
        stated = {contact.id for contact in all_of_them if self._states_id(contact)}
        return len(names) > 1 or len(stated) > 1

    def _absorb(self, record: Contact, same: Sequence[int]) -> int:
        """Make the record, and the contacts that it shows to be the same, one; returns its index."""
        home, *others = same
        self._report_two_names(self._at(home), record)
        merged = self._merged(self._at(home), record)
        for other in others:
            merged = self._merged(merged, self._at(other))
            self.found[other] = None
            for indexes in self.by_key.values():
                if other in indexes:
                    indexes[:] = sorted({home, *indexes} - {other})
            self.by_id.update({known: home for known, i in self.by_id.items() if i == other})
        self.found[home] = merged
        return home

    def _mates(self, record: Contact, keys: Sequence[str]) -> list[int]:
        """Contacts that share a number or address with the record and may be the same person."""
        mates = {i for key in keys for i in self.by_key.get(key, ()) if self._same(self._at(i), record)}
        return sorted(mates)

    def _same(self, one: Contact, other: Contact) -> bool:
        if self._states_id(one) and self._states_id(other) and one.id != other.id:
            return False
        mine, theirs = name_key(one.name), name_key(other.name)
        return mine == theirs or not mine or not theirs

    def _states_id(self, contact: Contact) -> bool:
        return bool(contact.id) and contact.id not in self.uids

    def _at(self, index: int) -> Contact:
        contact = self.found[index]
        assert contact is not None, "a merged contact is no longer listed under its keys"  # noqa: S101
        return contact

    def _add(self, record: Contact) -> int:
        self.found.append(record)
        return len(self.found) - 1

    def _merged(self, first: Contact, second: Contact) -> Contact:
        if {first.do_not_call, second.do_not_call} == {True, False}:
            yes, no = (first, second) if first.do_not_call else (second, first)
            place = f"{no.where.file} line {no.where.line}"
            message = f'do_not_call is "yes" here and "no" in {place}: {first.name} is not called'
            hint = 'write "no" in both, if they agreed to be called again'
            self.problems.append(Problem(yes.where.file, yes.where.line, "do_not_call", message, hint))
        identity = second.id if self._states_id(second) and not self._states_id(first) else first.id or second.id
        return replace(
            first,
            id=identity,
            **{name: getattr(first, name) or getattr(second, name) for name in _FILLED},
            phones=_phones(first.phones, second.phones),
            emails=_union(first.emails, second.emails),
            groups=_union(first.groups, second.groups),
            do_not_call=_do_not_call(first.do_not_call, second.do_not_call),
            notes="\n".join(dict.fromkeys(note for note in (first.notes, second.notes) if note)),
            extra={**second.extra, **first.extra},
        )

    def _ambiguous(self, record: Contact, mates: Sequence[int]) -> None:
        means = ", ".join(called(self._at(i)) for i in mates)
        message = f"this row could belong to {len(mates)} contacts: {means}"
        hint = "write the id of the one it belongs to"
        self.problems.append(Problem(record.where.file, record.where.line, "id", message, hint))

    def _report_two_names(self, before: Contact, record: Contact) -> None:
        two = name_key(before.name) and name_key(record.name) and name_key(before.name) != name_key(record.name)
        if two and before.where.file == record.where.file:
            message = (
                f'the id "{record.id}" stands for {before.name} in line {before.where.line}, here for {record.name}'
            )
            hint = "give each person an id of their own"
            self.problems.append(Problem(record.where.file, record.where.line, "id", message, hint))

    def result(self) -> Merged:
        contacts: dict[str, Contact] = {}
        for index, contact in enumerate(self.found):
            if contact is None:
                continue
            if not contact.id:
                contact = replace(contact, id=self._computed_id(contact, index))  # noqa: PLW2901
            contacts[contact.id] = contact
        also = {}
        for known, index in self.by_id.items():
            if known not in contacts and (contact := self.found[index]) is not None:
                also[known] = contact.id
        return Merged(contacts, also, tuple(self.problems))

    def _computed_id(self, contact: Contact, index: int) -> str:
        name = name_key(contact.name)
        key = contact.phones[0].e164 if contact.phones else contact.emails[0].casefold() if contact.emails else ""
        shared = len(self.by_key.get(key, ())) > 1
        wanted = " ".join(part for part in (key, name if shared or not key else "") if part)
        while self.by_id.get(wanted, index) != index:
            wanted = f"{wanted} {name or '~'}"
        self.by_id[wanted] = index
        return wanted


_FILLED = (
    "name", "kind", "referrer", "topic", "benefit", "timezone", "region", "cadence", "urgency", "first_name", "company",
)  # fmt: skip


def _do_not_call(first: bool | None, second: bool | None) -> bool | None:
    if first or second:
        return True
    return None if first is None and second is None else False


def _phones(first: Sequence[Phone], second: Sequence[Phone]) -> tuple[Phone, ...]:
    known = {(phone.e164, phone.extension): phone for phone in first}
    for phone in second:
        before = known.setdefault((phone.e164, phone.extension), phone)
        if before.line is None and phone.line is not None:
            known[phone.e164, phone.extension] = phone
    return tuple(known.values())


def _union(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    known: dict[str, str] = {}
    for text in (*first, *second):
        known.setdefault(text.casefold(), text)
    return tuple(known.values())


def called(contact: Contact) -> str:
    """How a message names a contact so that a person can tell it from another."""
    return f"{contact.name or 'no name'} (id {contact.id})" if contact.id else contact.name or "no name"
