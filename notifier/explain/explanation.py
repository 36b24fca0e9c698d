"""What an explanation holds: texts and numbers only, ready to be shown or printed as JSON."""

from __future__ import annotations

import enum
from typing import Any, Literal

from notifier.model import Problem, Value


class Verdict(enum.StrEnum):
    """How a subscription and a trigger stand, the most telling first."""

    MATCHES = "matches"
    """What it fires on is so now."""

    FAILS = "fails"
    """A condition cannot be evaluated, so it is false."""

    WAITS = "waits"
    """Nothing is wrong; what it fires on is not so now."""

    IMPOSSIBLE = "impossible"
    """It can never be told: there is no such trigger, service or recipient."""


Occasion = Literal["happened", "present", "made-up"]
"""What a payload is about: an event in the store, one that the present state would mean, an example."""


class Part(Value, frozen=True):
    """A piece of a condition, its value as short JSON or why it has none, and the pieces that made it so.

    `value` and `error` are both "" for what was not looked at, because what stands before it decides. `meant` is the
    right name for one that is misspelt, where there is no value for that.
    """

    text: str
    value: str = ""
    error: str = ""
    meant: str = ""
    parts: tuple[Part, ...] = ()


class Judged(Value, frozen=True):
    """One of a trigger's conditions now; without `when` it always holds.

    `since` is when it began to hold, "" where that is not known; `hold` are the seconds that it must last. `used` says
    that the value of `oncePer` was told already, `fired` that the condition has fired since it began to hold.
    """

    holds: bool
    when: Part | None = None
    since: str = ""
    hold: float = 0.0
    fired: bool = False
    once_per: Part | None = None
    used: bool = False
    send: tuple[str, ...] = ()


class Payload(Value, frozen=True):
    """What would be sent: the plain text, the service's own section with secrets as placeholders, and its thread."""

    occasion: Occasion
    message: str
    reason: str = ""
    body: dict[str, Any] = {}
    thread: str = ""
    faults: tuple[str, ...] = ()


class Sent(Value, frozen=True):
    """A delivery: `due` is the next attempt's time where there will be one, `why` and `status` the last answer."""

    id: int
    state: str
    attempts: int
    created: str
    settled: str = ""
    due: str = ""
    why: str = ""
    status: str = ""


class Answer(Value, frozen=True, kw_only=True):
    """How one subscription and one trigger stand.

    `origin` is the annotation's key without prefix, or the global subscription's entry. `reasons` arm the trigger, none
    do where its conditions are watched. `last` is when one of them happened last, `armed` since when one waits for a
    condition; "" is never, or unknown.
    """

    service: str
    recipient: str
    trigger: str
    origin: str
    verdict: Verdict
    says: str
    reasons: tuple[str, ...] = ()
    last: str = ""
    armed: str = ""
    conditions: tuple[Judged, ...] = ()
    payload: Payload | None = None
    sent: tuple[Sent, ...] = ()


class Ignored(Value, frozen=True):
    """An annotation that cannot work, and why."""

    key: str
    message: str


class PassedOver(Value, frozen=True):
    """A global subscription that is for objects with other labels."""

    origin: str
    recipients: tuple[str, ...]
    triggers: tuple[str, ...]
    message: str


class Explanation(Value, frozen=True, kw_only=True):
    """Who is told what about a Rollout and why, and who is not. `answers` are ordered by recipient."""

    namespace: str
    name: str
    uid: str
    at: str
    revision: str = ""
    phase: str = ""
    message: str = ""
    answers: tuple[Answer, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    problems: tuple[Problem, ...] = ()
