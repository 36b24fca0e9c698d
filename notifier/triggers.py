"""When something is to be said: events arm triggers, conditions begin to hold, each fires once. Pure.

A trigger with reasons (`on`) is armed by an event of one of them and fires once for it: at once if a condition holds,
else as soon as one does while the same revision lasts. Any other trigger fires when a condition begins to hold. One
that is `also_watched` does both, once for an event and its state: the union of the two paths of
notifications-engine, without its double sends.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from notifier.allowance import Allowance
from notifier.config.schema import Condition, Trigger
from notifier.errors import ExpressionError
from notifier.expr import Expression
from notifier.model import Destination, Event, Value

_REMEMBERED = 500
"""How many values of `oncePer` are remembered for one object and condition: the latest."""
_PARTS = 10_000
"""How much of a value of `oncePer` is looked at: more is a mistake or an attack."""
_SAME_SECONDS = 60.0
"""An event that comes no later than this after a state is what that state has told of."""


class Watching(Value, frozen=True):
    """A condition's state for one object: whether it holds, since when, how often it began to, if it fired.

    `ahead` is when it fired for itself, 0 once an event has come that it would have fired for.
    """

    holds: bool = False
    since: float = 0.0
    count: int = 0
    fired: bool = False
    ahead: float = 0.0


class Armed(Value, frozen=True):
    """An event whose trigger waits for a condition; `since` is when each that must last began to hold, by its key."""

    event: Event
    revision: str
    since: dict[str, float] = {}


class Memory(Value, frozen=True):
    """What triggers remember about one object: by condition, by trigger, and the values `oncePer` has used up."""

    watching: dict[str, Watching] = {}
    armed: dict[str, Armed] = {}
    once: dict[str, tuple[str, ...]] = {}


class Firing(NamedTuple):
    """That a trigger fires, for an event or for a condition. `occasion` tells its repeats apart.

    `only` holds the destinations it is for, where it is not for all who subscribed.
    """

    trigger: Trigger
    send: tuple[str, ...]
    event: Event | None
    occasion: str
    only: frozenset[Destination] | None = None


Verdict = Literal["true", "false", "error"]


class Judge(NamedTuple):
    """Answers conditions about one object at one time; what cannot be evaluated is false, because of `errors`.

    What evaluating takes is taken from `allowance`, if there is one.
    """

    environment: Callable[[], Mapping[str, Any]]
    now: float
    errors: list[tuple[str, str]]
    verdicts: Counter[tuple[str, Verdict]]
    allowance: Allowance | None = None

    def holds(self, trigger: Trigger, condition: Condition) -> bool:
        """Whether a condition's `when` is true now."""
        if condition.when is None:
            return True
        failures = len(self.errors)
        holds = self._ask(condition, condition.when) is True
        self.verdicts[trigger.name, "error" if len(self.errors) > failures else "true" if holds else "false"] += 1
        return holds

    def once(self, condition: Condition) -> str:
        """The value of `oncePer` as a short text, "" where there is none, or none to be had."""
        if condition.once_per is None:
            return ""
        failures = len(self.errors)
        value = self._ask(condition, condition.once_per)
        if len(self.errors) > failures:
            return ""
        try:
            return _short(value)
        except (TypeError, ValueError) as error:
            self.errors.append((condition.key, f"the value of `oncePer` cannot be remembered: {error}"))
            return ""

    def _ask(self, condition: Condition, expression: Expression) -> Any:
        try:
            return expression.evaluate(self.environment(), self.now, self.allowance)
        except ExpressionError as error:
            self.errors.append((condition.key, str(error)))
            return None


def _short(value: Any) -> str:
    """A value as a short text. Raises TypeError and ValueError for what is no JSON, or too much of it."""
    if _is_large(value):
        raise ValueError("it is too large")
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic", enc_hook=_name)).hexdigest()[:12]


def _is_large(value: Any) -> bool:
    """Whether a value, with all that is in it as often as it is in it, has too many parts."""
    rest, parts = [value], 0
    while rest and parts <= _PARTS:
        part = rest.pop()
        if isinstance(part, list | Mapping):
            parts += len(part)
            rest += () if parts > _PARTS else part.values() if isinstance(part, Mapping) else part
    return parts > _PARTS


def _name(value: Any) -> str:
    """What stands for a value that is no JSON, such as a function."""
    return type(value).__name__


def on_event(trigger: Trigger, event: Event, memory: Memory, judge: Judge) -> tuple[Memory, Firing | None]:
    """What an event of one of the trigger's reasons brings: a firing, or the trigger armed by it."""
    if trigger.also_watched and (said := _just_said(trigger, memory, judge.now)):
        return said, None
    armed = Armed(event, event.revision or "")
    armed, ready = _ready(trigger, armed, memory, judge)
    if ready is None:
        return _with_armed(memory, trigger.name, armed), None
    return _fire(trigger, ready, event, _with_armed(memory, trigger.name, None), judge)


def _just_said(trigger: Trigger, memory: Memory, now: float) -> Memory | None:
    """What is remembered once an event has come that a state has just told of, None where none has."""
    states = {c: memory.watching.get(c.key, Watching()) for c in trigger.conditions}
    ahead = {c: state for c, state in states.items() if state.holds and now - state.ahead <= _SAME_SECONDS}
    for condition, state in ahead.items():
        memory = _with_watching(memory, condition, msgspec.structs.replace(state, ahead=0.0))
    return memory if ahead else None


def on_armed(trigger: Trigger, memory: Memory, revision: str, judge: Judge) -> tuple[Memory, Firing | None]:
    """What a new state brings for a trigger that an event has armed."""
    armed = memory.armed[trigger.name]
    if armed.revision != revision:
        return _with_armed(memory, trigger.name, None), None
    armed, ready = _ready(trigger, armed, memory, judge)
    if ready is None:
        return _with_armed(memory, trigger.name, armed), None
    return _fire(trigger, ready, armed.event, _with_armed(memory, trigger.name, None), judge)


def _ready(trigger: Trigger, armed: Armed, memory: Memory, judge: Judge) -> tuple[Armed, list[Condition] | None]:
    """The conditions that hold long enough, of watched ones since the state came about; None while there are none."""
    holding = [c for c in trigger.conditions if judge.holds(trigger, c)]
    watching = {key: state.since for key, state in memory.watching.items() if trigger.also_watched and state.holds}
    since = {c.key: armed.since.get(c.key, watching.get(c.key, judge.now)) for c in holding if c.hold}
    ready = [c for c in holding if judge.now - since.get(c.key, judge.now) >= c.hold]
    return Armed(armed.event, armed.revision, since), ready or None


def _fire(
    trigger: Trigger, ready: list[Condition], event: Event, memory: Memory, judge: Judge
) -> tuple[Memory, Firing | None]:
    """A firing of those conditions whose `oncePer` has not used up its value in this revision.

    A condition that is watched as well has nothing more to say of its own.
    """
    fresh = []
    for condition in ready:
        if trigger.also_watched:
            was = memory.watching.get(condition.key, Watching())
            memory = _with_watching(memory, condition, _told(was, judge.now))
        once = judge.once(condition)
        memory = _with_once(memory, condition.key, once if trigger.also_watched else "")
        value = f"{once}/{event.revision}" if once else ""
        if value and value in memory.once.get(condition.key, ()):
            continue
        memory = _with_once(memory, condition.key, value)
        fresh.append(condition)
    return memory, Firing(trigger, _merged(fresh), event, event.id) if fresh else None


def _merged(conditions: Iterable[Condition]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for condition in conditions for name in condition.send))


class Sight(NamedTuple):
    """How an object is looked at: whether it was there before, who subscribed to the trigger just now, its revision."""

    known: bool
    newcomers: frozenset[Destination] = frozenset()
    revision: str = ""


def on_state(
    trigger: Trigger, condition: Condition, memory: Memory, judge: Judge, sight: Sight
) -> tuple[Memory, Firing | None]:
    """What a state brings for a watched condition: a firing when it begins to hold.

    A condition never looked at before is learned where the object was known. Newcomers among the subscribers are
    answered as long as it holds.
    """
    was = memory.watching.get(condition.key)
    state = _looked_at(judge.holds(trigger, condition), was or Watching(), judge.now)
    lasted = state.holds and judge.now - state.since >= condition.hold
    learned = was is None and sight.known and state.holds and (lasted or not sight.newcomers)
    if not lasted and not learned:
        return _with_watching(memory, condition, state), None
    value = judge.once(condition)
    told = value in memory.once.get(condition.key, ()) if value else state.fired
    ahead = judge.now if trigger.also_watched and not told and not learned else state.ahead
    memory = _with_watching(memory, condition, msgspec.structs.replace(state, fired=True, ahead=ahead))
    only = sight.newcomers if told or learned else None
    firing = Firing(trigger, condition.send, None, value or str(state.count), only)
    memory = _with_once(memory, condition.key, value)
    if trigger.also_watched and value:
        memory = _with_once(memory, condition.key, f"{value}/{sight.revision}")
    return memory, None if only is not None and not only else firing


def _told(was: Watching, now: float) -> Watching:
    if was.holds:
        return msgspec.structs.replace(was, fired=True, ahead=0.0)
    return Watching(holds=True, since=now, count=was.count + 1, fired=True)


def _looked_at(holds: bool, was: Watching, now: float) -> Watching:
    if not holds:
        return Watching(count=was.count)
    return was if was.holds else Watching(holds=True, since=now, count=was.count + 1)


def may_become_true(trigger: Trigger, memory: Memory) -> bool:
    """Whether the passing of time alone may make a trigger fire."""
    if trigger.name in memory.armed:
        return any(c.uses_clock for c in trigger.conditions)
    states = ((c, memory.watching.get(c.key, Watching())) for c in trigger.conditions if trigger.is_watched)
    return any(c.uses_clock and not state.fired for c, state in states)


def _with_watching(memory: Memory, condition: Condition, state: Watching) -> Memory:
    if memory.watching.get(condition.key) == state:
        return memory
    return msgspec.structs.replace(memory, watching={**memory.watching, condition.key: state})


def _with_armed(memory: Memory, name: str, armed: Armed | None) -> Memory:
    if memory.armed.get(name) == armed:
        return memory
    rest = {k: v for k, v in memory.armed.items() if k != name}
    return msgspec.structs.replace(memory, armed=rest | ({name: armed} if armed else {}))


def _with_once(memory: Memory, key: str, value: str) -> Memory:
    used = memory.once.get(key, ())
    if not value or value in used:
        return memory
    return msgspec.structs.replace(memory, once={**memory.once, key: (*used, value)[-_REMEMBERED:]})
