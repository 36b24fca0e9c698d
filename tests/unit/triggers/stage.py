"""One trigger and one object on a stage: what happens to it, second by second, and what fires.

What is remembered goes through JSON at every step, as it does between two starts of the daemon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from notifier.config import entries
from notifier.model import Destination, Event, Severity
from notifier.triggers import Firing, Judge, Memory, Sight, Verdict, may_become_true, on_armed, on_event, on_state

START = 1_795_248_000.0
"""2026-11-21T08:00:00Z."""


def refuse(remark: str, line: int) -> None:
    """Fail: triggers of these tests are written without a slip."""
    raise AssertionError(remark, line)


def event(id: str = "e1", revision: str | None = "1", reason: str = "RolloutAborted") -> Event:  # noqa: A002 - its name
    """What happened, as far as triggers look at it."""
    return Event(
        id=id,
        ts="2026-11-21T08:00:00.000Z",
        reason=reason,
        severity=Severity.INFO,
        source="state",
        kind="Rollout",
        namespace="shop",
        name="cart",
        uid="u1",
        revision=revision,
        summary="",
    )


class Stage:
    """`trigger` is written as in a ConfigMap; conditions see `rollout`, whatever mapping a test gives."""

    def __init__(self, trigger: str, name: str = "on-purple") -> None:
        self.trigger = entries.trigger(name, trigger, refuse)
        self.now = START
        self.memory = Memory()
        self.errors: list[tuple[str, str]] = []
        self.verdicts: Counter[tuple[str, Verdict]] = Counter()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def happens(self, what: Event, rollout: Mapping[str, Any] | None = None) -> Firing | None:
        """An event, and the object after it."""
        memory, firing = on_event(self.trigger, what, self.memory, self._judge(rollout))
        self._remember(memory)
        return firing

    def shows(self, rollout: Mapping[str, Any] | None = None, revision: str = "1") -> Firing | None:
        """A new state, or the same one looked at again, while an event may have armed the trigger."""
        if not self.is_armed():
            return None
        memory, firing = on_armed(self.trigger, self.memory, revision, self._judge(rollout))
        self._remember(memory)
        return firing

    def looks(
        self, rollout: Mapping[str, Any], *, known: bool = True, newcomers: Iterable[Destination] = ()
    ) -> list[Firing]:
        """A new state for conditions that are watched."""
        firings = []
        for condition in self.trigger.conditions:
            sight = Sight(known, frozenset(newcomers))
            memory, firing = on_state(self.trigger, condition, self.memory, self._judge(rollout), sight)
            self._remember(memory)
            firings += [firing] if firing else []
        return firings

    def is_armed(self) -> bool:
        """Whether an event waits for a condition."""
        return self.trigger.name in self.memory.armed

    def waits_for_the_clock(self) -> bool:
        """Whether the passing of time alone may make the trigger fire."""
        return may_become_true(self.trigger, self.memory)

    def _judge(self, rollout: Mapping[str, Any] | None) -> Judge:
        return Judge(lambda: {"rollout": rollout or {}}, self.now, self.errors, self.verdicts)

    def _remember(self, memory: Memory) -> None:
        self.memory = msgspec.json.decode(msgspec.json.encode(memory), type=Memory)
