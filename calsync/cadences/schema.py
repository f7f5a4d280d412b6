"""What a cadence file may say.  Only loaded while files are read: at run time a cadence is plain frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from calsync.cadences.model import (
    ALWAYS,
    Between,
    Cadence,
    Callback,
    Choice,
    Leave,
    Step,
    Urgency,
    UseFor,
    Variant,
    VoicemailRule,
    When,
    Words,
)
from calsync.model import ContactKind, Line, Outcome, Where

RANGE_HINT = "write a number (3), a range (7..10) or an open one (4..)"


def _between(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(RANGE_HINT)  # noqa: TRY004  # pydantic turns a ValueError into a problem with its place
    if isinstance(value, int):
        return Between(value, value)
    if isinstance(value, str):
        low, dots, high = value.partition("..")
        numbers = [part.strip() for part in (low, high)]
        if numbers[0].isdigit() and (numbers[1].isdigit() or not numbers[1]):
            first = int(numbers[0])
            last = int(numbers[1]) if numbers[1] else (None if dots else first)
            if last is None or first <= last:
                return Between(first, last)
    if isinstance(value, Between):
        return value
    raise ValueError(RANGE_HINT)


def _clock(value: object) -> object:
    if isinstance(value, str):
        try:
            return time.fromisoformat(value.strip())
        except ValueError:
            raise ValueError('write a time of day in quotes, as in "12:00"') from None
    return value


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


Range = Annotated[Between, BeforeValidator(_between)]
Clock = Annotated[time, BeforeValidator(_clock)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class _Conditions(_File):
    attempt: Range | None = None
    done: Range | None = None
    without_contact: Range | None = None
    today: Range | None = None
    talked: bool | None = None
    outcome: Annotated[list[Outcome], BeforeValidator(_one_or_more)] = []
    kind: Annotated[list[ContactKind], BeforeValidator(_one_or_more)] = []
    line: Annotated[list[Line], BeforeValidator(_one_or_more)] = []
    urgency: Annotated[list[Urgency], BeforeValidator(_one_or_more)] = []
    product: Annotated[list[str], BeforeValidator(_one_or_more)] = []
    before: Clock | None = None
    after: Clock | None = None
    same_day_retry: bool | None = None

    def when(self) -> When:
        found = When(
            attempt=self.attempt,
            done=self.done,
            without_contact=self.without_contact,
            today=self.today,
            talked=self.talked,
            outcome=frozenset(self.outcome),
            kind=frozenset(self.kind),
            line=frozenset(self.line),
            urgency=frozenset(self.urgency),
            product=frozenset(name.lower() for name in self.product),
            before=self.before,
            after=self.after,
            same_day_retry=self.same_day_retry,
        )
        return ALWAYS if found == ALWAYS else found


class _Choice(_Conditions):
    say: str = Field(min_length=1)
    n: dict[Urgency, Range] | Range | None = None
    leaves: Range | None = None
    within_days: int | None = Field(default=None, ge=1)
    same_day: bool = False
    from_start: bool = False

    @model_validator(mode="after")
    def _number_has_a_range(self) -> _Choice:
        if ("{n}" in self.say) != (self.n is not None):
            raise ValueError('{n} in `say` and the range `n` belong together: say = "in {n} days", n = "7..10"')
        spans = self.n.values() if isinstance(self.n, dict) else [self.n]
        if any(span is not None and span.high is None for span in spans):
            raise ValueError("the range `n` needs both ends, as in 7..10")
        return self

    def value(self) -> Choice:
        numbers = {Urgency.NORMAL: self.n} if isinstance(self.n, Between) else self.n or {}
        return Choice(
            say=self.say,
            when=self.when(),
            n=numbers,
            leaves=self.leaves,
            within=self.within_days,
            same_day=self.same_day,
            from_start=self.from_start,
        )


_HOUR = ("before", "after", "same_day_retry")
_COUNTED = ("attempt", "done", "without_contact", "today", "talked", "outcome", "same_day_retry", "from_start")


def _refuse(conditions: _Conditions, keys: Sequence[str], what: str) -> None:
    if asked := [key for key in keys if getattr(conditions, key, None) not in (None, False, [])]:
        raise ValueError(what.format(asked[0]))


class _Promise(_Choice):
    """A spoken day depends only on when it is said and to whom: the event shows it before the call is counted."""

    @model_validator(mode="after")
    def _known_before_the_call(self) -> _Promise:
        _refuse(self, _COUNTED, "a promise cannot depend on `{}`: write another step for that")
        return self


class _StepWhen(_Conditions):
    """A step is chosen when the call before it is logged; the hour of the next one is not known then."""

    @model_validator(mode="after")
    def _known_beforehand(self) -> _StepWhen:
        _refuse(self, _HOUR, "a step cannot depend on `{}`: put the other words into [[steps.variants]]")
        return self


class _VariantWhen(_Conditions):
    """A variant is chosen by whom and at what hour one calls; what was counted chooses the step."""

    @model_validator(mode="after")
    def _known_at_the_call(self) -> _VariantWhen:
        _refuse(self, _COUNTED, "a variant cannot depend on `{}`: write another step for that")
        return self


class _VoicemailRule(_Conditions):
    leave: Leave
    why: str = Field(min_length=1)

    def value(self) -> VoicemailRule:
        return VoicemailRule(self.leave, self.why, self.when())


class _Voicemail(_File):
    leave: Leave
    why: str = Field(min_length=1)
    rules: list[_VoicemailRule] = []

    def value(self) -> tuple[VoicemailRule, ...]:
        return (*(rule.value() for rule in self.rules), VoicemailRule(self.leave, self.why))


class _Words(_File):
    voicemail: str = ""
    text: str = ""
    answer: str = ""
    other: str = ""

    def words(self) -> Words:
        return Words(self.voicemail.strip(), self.text.strip(), self.answer.strip(), self.other.strip())


class _Variant(_Words):
    when: _VariantWhen


class _Step(_Words):
    title: str = Field(min_length=1)
    when: _StepWhen | None = None
    promise: list[_Promise] = []
    due: list[_Choice] = []
    variants: list[_Variant] = []
    voicemail_rules: list[_VoicemailRule] = []
    callback: Callback = Callback.NEVER
    restarts: bool = False

    def value(self, number: int, where: Where) -> Step:
        # Without conditions a step waits until the words of those before it have been said.
        when = When(done=Between(number - 1)) if self.when is None else self.when.when()
        return Step(
            number=number,
            title=self.title,
            when=when,
            words=self.words(),
            promise=tuple(choice.value() for choice in self.promise),
            due=tuple(choice.value() for choice in self.due),
            variants=tuple(Variant(variant.when.when(), variant.words()) for variant in self.variants),
            voicemail_rules=tuple(rule.value() for rule in self.voicemail_rules),
            callback=self.callback,
            restarts=self.restarts,
            where=where,
        )


class _Next(_File):
    silent: list[_Choice] = []
    message: list[_Choice] = []
    talk: list[_Choice] = []


class _Appointment(_File):
    minutes: int = Field(default=15, ge=5, le=240)
    alarms: list[Annotated[int, Field(ge=0, le=40320)]] = [15, 0]


class _UseFor(_File):
    groups: list[str] = []
    kinds: list[ContactKind] = []
    lines: list[Line] = []


class CadenceFile(_File):
    """One file of config/cadences; docs/how-to/write-a-cadence.md explains every key."""

    title: str = Field(min_length=1)
    about: str = ""
    hook: str = ""
    sells: bool = False
    always_message: bool = True
    call_minutes: int = Field(default=5, ge=1, le=120)
    stop_after: int | None = Field(default=None, ge=1)
    starts_on: Outcome | None = None
    fresh_after_days: int = Field(default=90, ge=1)
    ask: list[str] = []
    voicemail: _Voicemail = _Voicemail(leave=Leave.YES, why="every unanswered call leaves a message")
    next: _Next = _Next()
    appointment: _Appointment = _Appointment()
    use_for: _UseFor = _UseFor()
    steps: list[_Step] = Field(min_length=1)

    def value(self, name: str, where: Where, step_lines: list[int]) -> Cadence:
        silent = tuple(choice.value() for choice in self.next.silent)
        return Cadence(
            name=name,
            title=self.title,
            steps=tuple(
                step.value(number, Where(where.file, line))
                for number, (step, line) in enumerate(zip(self.steps, step_lines, strict=True), start=1)
            ),
            about=self.about.strip(),
            hook=self.hook.strip(),
            sells=self.sells,
            always_message=self.always_message,
            call_minutes=self.call_minutes,
            voicemail_rules=self.voicemail.value(),
            silent=silent,
            message=tuple(choice.value() for choice in self.next.message),
            talk=tuple(choice.value() for choice in self.next.talk),
            stop_after=self.stop_after,
            starts_on=self.starts_on,
            fresh_after=self.fresh_after_days,
            ask=tuple(self.ask),
            appointment_minutes=self.appointment.minutes,
            appointment_alarms=tuple(self.appointment.alarms),
            use_for=UseFor(
                frozenset(group.lower() for group in self.use_for.groups),
                frozenset(self.use_for.kinds),
                frozenset(self.use_for.lines),
            ),
            where=where,
        )
