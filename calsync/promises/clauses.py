"""Clauses and their roles: who promises, what is past, refused, conditional, available, or about other things.

A note is cut into clauses at punctuation and where a new statement begins; each clause then has the role of the first
rule that fits.  The rules are patterns over word classes (see ``grammar``), in which ``due`` is a date expression.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from calsync.promises.grammar import symbol, translate


class Role(Enum):
    """What a clause does."""

    REP = "the rep is to call"
    CONTACT = "the contact is to call"
    REFUSED = "no call is promised"
    CONDITION = "a condition"
    PAST = "something past"
    FREE = "when the contact can be reached"
    BARE = "a date alone"
    NEGATED = "a date that is ruled out"
    OTHER = "something else"


class ClauseRule(NamedTuple):
    """A role, the pattern that tells it, and examples."""

    role: Role
    pattern: str
    examples: tuple[str, ...]


def _rules(*rows: tuple[Role, str, str]) -> list[ClauseRule]:
    return [ClauseRule(role, pattern, tuple(filter(None, examples.split(" | ")))) for role, pattern, examples in rows]


RULES = _rules(
    (Role.CONDITION, "^{but|and|then|filler|call|calling}* if", "if I don't hear back by Friday | unless she texts first"),
    (Role.OTHER, "^{but|and|filler}* when", "when tax season is done"),
    # what is ruled out or refused
    (Role.NEGATED, "^_{0,3} {not|no|anymore} {on|the|for|in|good|free}* due {filler|avail}*$", "not Monday | can't do Friday"),
    (Role.REFUSED, "no _{0,2} {need_noun|want|prefer|need|needs} _{0,3} {call|cb|calling|try|calls|ringn}", "no need to call back Friday | no point in calling"),
    (Role.REFUSED, "no {more}? {call|cb|calls} {be}? {want|prefer|word|need|needs|set|back|planned|due|call|required}", "no callback needed"),
    (Role.REFUSED, "do not {want|prefer|need|needs|bother|have|bothering_to} _{0,3} {call|cb|calling|calls|try|ringn}", "don't bother ringing tomorrow"),
    (
        Role.REFUSED,
        "^{i|filler|and|but|so|said}* ({will|be|can|do|need|must} {filler|also}*)? not {be|will|need|filler|ever|to|going|again|want|prefer|anymore}{0,3} {call|calling|cb|try}",
        "won't call again | not calling back | I will not be calling",
    ),
    # what they ask for, and what they will do
    (Role.REP, "say {me|us|that|to|please|filler}* {call|try|calling}", "he said ring at quarter to six | said to call Friday"),
    (Role.REP, "mycall", "you'll hear from me tomorrow"),
    (Role.REP, "{want|prefer|say} if i _{0,2} {call|try}|need be called|^{filler}* to be called", "asked if I could call Friday | needs to be called Monday"),
    (Role.PAST, "called to {call|try}|had _{0,3} {call|calls|cb}|^{filler|the|my|their}* call (called|list|word {was|did|be|ed|will|have})", "I tried to call her on Friday | had a good chat | phone number changed"),
    (Role.PAST, "{call|cb|calls} {did|was|ed}|praise {call|cb|calls}|^{filler|obj|my|their|the}* call {be}? {out|outside}", "call lasted 20 minutes | great call today | phone off all weekend"),
    (Role.OTHER, "^(?!_*i ) _{0,4} {wantto|need|will|want|prefer|needs|to} {call|calling} {to|with|re|it|over|in|on}* {obj|their|the|my}? third", "wants to talk to her husband first"),
    (Role.CONDITION, "give {you|obj|third|name} until due", "I'll give you till Friday"),
    (Role.PAST, "missed _{0,3} {call|cb|calls}|no {call|cb} for", "missed call from her at 2pm"),
    (Role.CONDITION, "^{filler|but|and}* need third", "should she not call by Friday"),
    (Role.PAST, "was {filler|not}* {need|will}", "was supposed to call Monday"),
    (Role.OTHER, "private {filler|word}? {cb|call}|{third|name} have _{0,3} {cb|call|calls}", "has a doctor's appointment on Friday"),
    (Role.REP, "{want|prefer|say|promise} {for|that|if|on|to}? me {to|that|i|need|filler|back|for|at|on|a|the|can|will|give|again|try|word|wantto}{0,4} {call|try|calling|due|cb|ringn}", "asked me to ring tomorrow | told me to call in the new year"),
    (Role.CONTACT, "{will|need|to|call|wantto|prefer|want} {filler|want|prefer|not|be|give|let|then|try|back|give}* {call|calling|let|send|give|cb|back} {back|to|a|in|on}? {me|my}", "will call me when she gets paid"),
    (Role.CONTACT, "^{filler|and|but}* {call|cb|try|give} {back|a|to}? me (?!(_*say))", "call us when you can"),
    (Role.CONTACT, "{calling|give|giving} {me|my} _{0,3} {back|call|ringn|due|when|know}", "calling me back Friday"),
    (Role.REP, "{want|prefer|needs|like} {a|the|my|me|to|for|you|another|quick|more|call|filler|word|be}* {call|cb|calling|try|ringn|called|calls|bothered}", "wants a call mid-April | asked to be called Friday"),
    (Role.REP, "(?<!not) prefer {a|it|for|filler|to|do|me}{0,3} due ({filler|call|for|avail|at|to|or}|$)", "prefers Thursday | wants it Friday at 3"),
    (
        Role.CONTACT,
        "({third|name}|^due) {filler|also|have|be|the|and|third|name|word}{0,3} {will|can|be|promise|to|say|wantto} ({filler|be|that|third|will|to|have|try|or|need|not|word|and|think}){0,5} {call|calling|let|send|cb|give|get|try|back|order|decide}",
        "she'll call back tomorrow | cust to call in 2 wks | Lisa is going to get back to me by Thursday",
    ),
    # the rep's, said as such
    (Role.REP, "i _{0,3} {will|need|wantto|promise|can|want|prefer|be|say|set} _{0,9} {call|calling|cb|try|ringn|calls}", "I'll give you a quick call back | I promised to call back"),
    (Role.REP, "i have {a|my|the|another|one|more} {call|cb}|i {filler|then|also}* {call|calling|try|cb}", "I call Monday to confirm"),
    (Role.REP, "i {will|need|can} _{0,2} (let {you|obj} know|give {you|obj} _{0,5} call)", "I'll get you that quote by phone"),
    (Role.REP, "lets _{0,3} {call|try|due|cb|calling|plan|do}", "let's talk Tuesday"),
    (Role.REP, "{promise|say} {a|to|the|another|i|my|more|filler|would|will}* {call|cb|calling|try|ringn|calls|give}|{promise|say} {the|on|for|filler}* due ({avail|filler|will|for|call|or|dash}|be {avail|filler|when}|$)", "promised a call Monday | said this Friday works"),
    (Role.REP, "say {obj|third|name|me|you|their} {the|to}? {due|call|try|cb}", "told her 10:30ish Friday"),
    (Role.REP, "(^|{cb|call|calls|it|filler|be|i}) {be|filler|word}? retime _{0,4} due", "appt moved to Thursday 3pm"),
    (Role.REP, "set {me|us|call|cb|it} _{0,3} due|(^|{cb|call|calls|filler|be|i}) {be|filler}? set {for|on|at|to|call|with}* due", "assistant booked me Fri 11am to call | set for Tuesday at 2"),
    (Role.REP, "({will|need|wantto|to|lets|then} {filler|not|be|just|also|back}*|^{filler|and|but|so|then|due|word|name|back|the|again}{0,2}) {call|calling|try}", "call him Wednesday | will try her again Monday"),
    (Role.REP, "{give|have} _{0,4} {call|ringn|try|calls|cb}", "give her a shout Friday"),
    (Role.REP, "^{give|get} {obj|third|name} _{0,6} due", "get her the answer before noon tomorrow"),
    (Role.REP, "cb|length {call|calling}", "cb thurs | 2wk f/u | 6 mo follow up"),
    (Role.PAST, "{called|was|did}", "called Tues 3/3"),
    (Role.OTHER, "{third|name|my|your|their} {call|calls}", "her sales calls"),
    (Role.REP, "due {filler|avail|on|for|the}* {call|calls|try}|{call|try} {filler|back|again|on|for|the}* due", "Friday call"),
    # when somebody can be reached, or is away until
    (Role.FREE, "{give|wait} {obj|third|you|name|the|a}? due|^{but|and|filler}* i? will due$|{avail|out|outside|back}.*due|due.*{avail|out|outside}", "she's off till Tuesday | the week of the 23rd works"),
    (Role.FREE, "(i|we) {have|be} _{0,2} due|{third|name} {can|be|will} {do|on|in|make}* due", "I have Tuesday open | she can do 10-12 tomorrow"),
    (Role.BARE, "^{filler|and|but|so|then|the|on|at|for|in|again|a|say|to|now|sometime|fix|avail|not_before|around}* due ({filler|and|or|on|at|the|again|her_time|for|sometime|due|latest}*$|{filler}* {re|around|for} _)|^{filler|give|wait|a}* length$", "Tues | between 2 and 4 on Weds"),
)
_COMPILED = [(rule.role, re.compile(translate(rule.pattern.rstrip(), capture=False).replace(" ", ""))) for rule in RULES]

_MARKS = "{stop|dot|comma|colon|dash|paren|quote|slash}"
_CUT = re.compile(
    translate(
        f"({_MARKS})+"
        "| (?<!{if|when|and|but|so|then|filler|say|fix|want|prefer}) (?=if|when)"
        "| (?<!{if|when|and|but|so|then|comma}) (?=but|fix)"
        "| and (?!{call|let|give} {back|to|with|a}* me) (?={i|will|call|third|cb|try|need|calling|not|if|then|lets|called|give|name|due})"
        "| then (?={call|cb|try|will|i|calling})"
        "| (?<!{say|promise|if|when|that|and|but|so|then|filler|i|want|prefer|third|name|for|to|a|the|due|or|until|before|after}) (?=i {will|be|need|have|can|call|calling|promise|say|owe})"
        "| (?<=if not) (?=_)"
        "| (?<=due) (?=i {will|be|need|have|can|call|calling|promise|say|owe})"
        "| (?<=due) (?={will|call|calling} {filler|call|try|obj|third|back|again|name|cb}|cb|try|third {will|be|promise}|need {call|try})"
        "| (?<!{a|the|have|had|my|their} _) (?<={called|hear|out|outside|avail|calls|word|again|back}) (?=cb|{call|try|will} {obj|back|again|due|third|call|try})"
        "| (?<=called) (?={call|try|cb|retime})",
        capture=False,
    ).replace(" ", "")
)


class Clause(NamedTuple):
    """A stretch of the line (``start`` to ``end``, in tokens) and its role."""

    role: Role
    start: int
    end: int


_ROLES: dict[str, Role] = {}


def role_of(symbols: str) -> Role:
    """The role of a clause: that of the first rule that fits."""
    found = _ROLES.get(symbols)
    if found is None:
        found = Role.OTHER
        for role, regex in _COMPILED:
            if regex.search(symbols):
                found = role
                break
        if len(_ROLES) > 20_000:
            _ROLES.clear()
        _ROLES[symbols] = found
    return found


_THIRD = re.compile(translate("^{but|so|filler}* {third|name}", capture=False).replace(" ", ""))
_AND, _THINK, _WILL, _CALL_VERB = symbol("and"), symbol("think"), symbol("will"), symbol("call")


def clauses(symbols: str) -> list[Clause]:
    """The clauses of a line, in order; "she has my number and will call" keeps its subject."""
    found: list[Clause] = []
    subject = ""
    for begin, end in _stretches(symbols):
        text = symbols[begin:end]
        joined = bool(found) and symbols[begin - 1] == _AND and text[0] in (_WILL, _CALL_VERB)
        if joined and _THINK in symbols[found[-1].start : found[-1].end]:
            role = Role.CONTACT
        elif joined and subject:
            role = role_of(subject + text)
        else:
            role = role_of(text)
            named = _THIRD.match(text)
            subject = named.group() if named else ""
        found.append(Clause(role, begin, end))
    return found


def _stretches(symbols: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = 0
    for cut in _CUT.finditer(symbols):
        end = cut.start()
        if end > start:
            found.append((start, end))
            start = cut.end()
        elif cut.end() > cut.start():
            start = cut.end()
    if start < len(symbols):
        found.append((start, len(symbols)))
    return found


_NOT_TO = "(?<!will) (?<!{if|third|name|i|you} do) (?<!{if|third|name|i|you} have) not"
OPT_OUT = _rules(
    (Role.REFUSED, "dnc", "DNC | take me off your list"),
    (Role.REFUSED, "^{filler|say|quote}* stopword {stop|dot|quote|filler}*$|{say|called|send|receive|hear|colon|quote} {quote|a|filler|the|me|colon|dash}* stopword ({stop|dot|comma|quote|to|dash}|$)", "STOP | replied STOP"),
    (Role.REFUSED, "stopword _{0,3} {calling|bother|bothering|calls|call|contacting|send}", "please stop calling"),
    (Role.REFUSED, "{out|outside|from_off|from} {the|your|my|our|all|call|a|this|word|filler|any}{0,3} list", "wants off the list"),
    (Role.REFUSED, "remove _{0,4} {from_off|out|outside|from} of? ({your|my|the} _{0,2} {list|word|calls}|{me|obj|third}?({stop|dot|comma|quote}|$))", "take me off your list"),
    (Role.REFUSED, "remove {me|obj|third|name|my|their|the|her|your|us|this}{1,2} {list|from|name|out|outside}* ({stop|dot|comma|quote|filler|and}|$)", "remove me | delete my number"),
    (Role.REFUSED, "^{filler|say|quote}* remove {filler|me|quote}*$|{want|prefer|say|like} {to|for|be|a}* remove {stop|dot|comma|from_off|out|outside|from|quote}*($|{third|obj|me|name}$)", "please remove"),
    (Role.REFUSED, "{to|wantto|need|like} be remove", "wants to be removed"),
    (Role.REFUSED, "^{filler}* no {word|called}? {call|calls} {filler|or|send|calls|to|this|list|at}*$", "no calls please"),
    (Role.REFUSED, "no {more|anymore} {call|calls|cb|calling|send|called|bother}", "wants no more calls"),
    (Role.REFUSED, "{want|prefer|say|filler|like|prefer} {for|that|filler}* no {more|anymore|word}? {calls|call|bother|send} (?!{due|before|until|after|by})", "asked for no calls"),
    (Role.REFUSED, _NOT_TO + " {ever|to|be|filler|anymore|me|again|have}{0,4} {call|called|contacted|bother|bothered|send|bothering} _{0,5} {again|anymore}", "never call this number again"),
    (Role.REFUSED, _NOT_TO + " anymore {be|to}? {call|calling|called|bother|bothered} {me|obj|this|the|list|here|word|third|back|filler}{0,3} ({stop|dot|comma|quote|dash|and|but|paren}|$)", "don't ever call here"),
    (Role.REFUSED, "(?<!{if|third|name|you} be) not {to|ever|wantto|want|prefer|filler|like|need}{0,3} be {call|called|contacted|bothered|bother} (?!due)", "not to be contacted"),
    (Role.REFUSED, "{want|prefer} {for|that|filler}* {i|you|me}? {to}? not {to}? {call|bother|called} (?!_{0,3}{due|until})|say {for|that|filler}* {i|you} not {to}? {call|bother} (?!_{0,3}{due|until})|not {want|prefer} {you|i|me} {to}? {calling|call}", "she asked that we not call her"),
    (Role.REFUSED, "(?<!i do) {not|no|anymore} {filler|ever|anymore}* {want|prefer|wish|like|wantto} {to|be|any|anymore|more|a|the|me|in|have|get|filler|your|you|third|i|again|from|further|wantto|word|receive}{0,4} {called|calls|bothered|calling|cb|bother|contacted} (?!due)", "doesn't want calls | I don't want you calling me"),
    (Role.REFUSED, "(?<!i do) {not|no|anymore} {filler|ever|anymore}* {want|prefer|wish|like|wantto} {to|a|be|have|any|from|i|me|you}{0,3} {call|hear} {from|me|you|back}* (?!{due|until|before})", "doesn't want to hear from us"),
    (Role.REFUSED, "not {filler|ever}? {want|prefer|wish|like|wantto|ever} {to}? (mycall|hear)", "never wants to hear from us again"),
)
WEAK_OPT_OUT = _rules(
    (
        Role.REFUSED,
        _NOT_TO + " {to|be|filler|please|ever}{0,2} {call|bother|called|contacted} {me|obj|third|back|the|my|filler|list|this|again|here|name|a|at|word}{0,4} ({stop|dot|comma|colon|dash|quote|paren|and|but}|$)",
        "do not call | says not to call",
    ),
)
_OPT_OUT = [re.compile(translate(rule.pattern, capture=False).replace(" ", "")) for rule in OPT_OUT]
_REPORT = re.compile(translate("report _{0,8} {call|calling|calls}|{call|calling|calls} _{0,6} report", capture=False).replace(" ", ""))
_WEAK = [re.compile(translate(rule.pattern, capture=False).replace(" ", "")) for rule in WEAK_OPT_OUT]
_NEGATIONS = symbol("not"), symbol("no"), symbol("dnc"), symbol("stopword"), symbol("remove"), symbol("report"), symbol("list"), symbol("anymore")


def opted_out(symbols: str, parts: list[Clause]) -> tuple[int, int] | None:
    """Where the text says for good that no more calls are wanted; a condition ("if she doesn't call again") does not."""
    if not any(mark in symbols for mark in _NEGATIONS):
        return None
    for part in parts:
        if part.role is not Role.CONDITION:
            for regex in _OPT_OUT:
                found = regex.search(symbols[part.start : part.end])
                if found:
                    return part.start + found.start(), part.start + found.end()
    found = _REPORT.search(symbols)
    return found and found.span()


def told_not_to_call(symbols: str, parts: list[Clause]) -> tuple[int, int] | None:
    """Where the text says not to call, which a promise of theirs, or a date, takes the edge off."""
    if _NEGATIONS[0] not in symbols:
        return None
    for part in parts:
        if part.role is not Role.CONDITION:
            for regex in _WEAK:
                found = regex.search(symbols[part.start : part.end])
                if found:
                    return part.start + found.start(), part.start + found.end()
    return None


_THEIR_VOICE = re.compile(
    translate("({say|from|called|send} _{0,3} {colon|quote}+|receive _{0,4} {colon|quote|comma|dash}+) {quote|filler|comma}* i {will|be|can} _{0,3} {call|calling|give|get|back|let|cb|try|send}", capture=False).replace(" ", "")
)
_SPOKEN_TO_US = re.compile(translate("not {call|calling|cb} {me|us} _{0,3} i {will|be} {call|calling|give|cb} you", capture=False).replace(" ", ""))


def their_voice(symbols: str) -> bool:
    """True when "I'll call you" is what the contact said: a message from them, or their words in quotes."""
    return bool(_THEIR_VOICE.search(symbols)) or bool(_SPOKEN_TO_US.search(symbols))
