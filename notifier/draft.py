"""One change on its way through fire, match and render: what the stages need to know, and nothing of one another."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from notifier import subscriptions, triggers
from notifier.allowance import Allowance
from notifier.config.schema import Condition, Config, Trigger, scope_of
from notifier.known import Known
from notifier.model import Destination, Event, Message, Problem, Target
from notifier.objects import Objects
from notifier.outbox.protocol import Delivery, Record, State
from notifier.quota import Quota
from notifier.render import Rendered
from notifier.rollouts.digests import AnyDigest, RolloutDigest, RunDigest
from notifier.rollouts.interpret import Interpretation
from notifier.rollouts.tell import Teller, event_id, tell
from notifier.scene import Said, Scene
from notifier.secrets import harmless
from notifier.subscriptions import Wanted
from notifier.times import seconds
from notifier.triggers import Firing, Judge, Memory, Sight, Verdict

_encode = msgspec.json.Encoder().encode
_memory = msgspec.json.Decoder(Memory).decode
_NOTHING = b"{}"
_LONGEST = 256 * 1024
"""How long a message of a namespace's own templates may be, in bytes."""
_STEPS = 1_000_000
"""What one change may cost in conditions and templates of a namespace's own: about two seconds."""


class Note(NamedTuple):
    """One message to one destination, and the event it is about."""

    delivery: Delivery
    event: Event
    message: Message


class Draft:
    """What is being made of one change. `notes` and `problems` grow; `waits` says that time alone may bring more.

    `judged` counts conditions by trigger and verdict, `withheld` is why nothing of it shall be sent, "" where it shall,
    `quota` counts what namespaces' own configurations send.
    """

    def __init__(self, config: Config, objects: Objects, known: Known, found: Interpretation, now: float) -> None:
        self._config, self._objects, self._known, self._found, self._now = config, objects, known, found, now
        root = known.digest(found.digest.root)
        self._root = root if isinstance(root, RolloutDigest) else None
        self._memory = self._remembered = _remembered(self._root)
        self._scene = Scene(config, objects, known)
        self._errors: list[tuple[str, str]] = []
        self._allowance = Allowance(_STEPS)
        self.judged: Counter[tuple[str, Verdict]] = Counter()
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self.waits = False
        self.withheld = ""
        self.quota = Quota()

    def fire(self, event: Event) -> Iterator[Firing]:
        """The triggers an event arms that fire for it at once, of those somebody asked for."""
        wanted = self._wanted(event.uid, self._found.also)
        for trigger in self._config.for_reason(event.reason):
            if trigger.name in wanted:
                self._memory, firing = triggers.on_event(
                    trigger, event, self._memory, self._judge(event.uid, event, trigger)
                )
                if firing:
                    yield firing

    def fire_armed(self) -> Iterator[Firing]:
        """The triggers that an earlier event has armed and that fire now."""
        if not self._root or not self._memory.armed or not self._is_up_to_date(self._root):
            return
        for name in list(self._memory.armed):
            trigger = self._config.triggers.get(name)
            if trigger and trigger.on:
                judge = self._judge(self._root.uid, self._memory.armed[name].event, trigger)
                self._memory, firing = triggers.on_armed(trigger, self._memory, self._root.revision, judge)
                if firing:
                    yield firing

    def fire_conditions(self, was: AnyDigest | None, *, known: bool) -> Iterator[Firing]:
        """The watched conditions that begin to hold, or hold for who subscribed just now."""
        if not self._root or not self._config.watched or not self._is_up_to_date(self._root):
            return
        for trigger, condition, sight in self._watched(self._root, was, known=known):
            judge = self._judge(self._root.uid, None, trigger)
            self._memory, firing = triggers.on_state(trigger, condition, self._memory, judge, sight)
            if firing:
                yield firing

    def event(self, firing: Firing) -> Event:
        """What a firing is about."""
        event = firing.event or self._of_state(firing)
        return msgspec.structs.replace(event, severity=firing.trigger.severity or event.severity)

    def match(self, firing: Firing) -> Iterator[Destination]:
        """Whom a firing tells."""
        uid = firing.event.uid if firing.event else self._found.digest.root
        for destination in self._wanted(uid, self._found.also if firing.event else ()).get(firing.trigger.name, ()):
            if firing.only is None or destination in firing.only:
                yield destination

    def render(self, firing: Firing, event: Event, destination: Destination) -> None:
        """Make the message for one destination, and the delivery that carries it."""
        said = Said(firing.trigger.name, firing.send, event)
        over = self._over_quota(firing.trigger.name)
        message, faults = (Message(harmless(event.summary)), ()) if over else self._message(said, destination)
        for fault in faults:
            self._problem(event, f"trigger {firing.trigger.name}", fault)
        self.notes.append(Note(self._delivery(firing, event, destination, message, over), event, message))

    def records(self) -> list[Record]:
        """What is to be stored of the digests."""
        if self._root and self._memory != self._remembered:
            words = msgspec.Raw(_encode(self._memory))
            self._known.set(msgspec.structs.replace(self._root, triggers=words))
        return self._known.take()

    def check(self, was: AnyDigest | None) -> None:
        """Say which of the object's annotations cannot work, when they are new."""
        digest = self._found.digest
        if was is None or was.subscriptions != digest.subscriptions:
            for fault in subscriptions.faults(digest.subscriptions, self._config):
                self._problem(Teller.of(digest), fault.key, fault.message)

    def finish(self) -> None:
        """Say what could not be judged, and whether time alone may bring more."""
        digest = self._root or self._found.digest
        # Of the trigger, not of the object: one condition that is not nil-safe would blame every new Rollout.
        for key, message in dict.fromkeys(self._errors):
            self.problems.append(Problem(f"trigger {key}", "when", f"is false, because {message}"))
        if self._root and (self._memory.armed or self._config.watches_the_clock):
            asked = (self._config.triggers.get(name) for name in self._wanted(digest.uid, ()))
            self.waits = any(triggers.may_become_true(trigger, self._memory) for trigger in asked if trigger)

    def _wanted(self, uid: str, also: Iterable[Mapping[str, str]]) -> Wanted:
        on = self._known.digest(uid)
        own = (on.subscriptions, *also) if on else tuple(also)
        return subscriptions.wanted(own, on.labels if on else {}, self._config)

    def _watched(
        self, root: RolloutDigest, was: AnyDigest | None, *, known: bool
    ) -> Iterator[tuple[Trigger, Condition, Sight]]:
        wanted = subscriptions.wanted((root.subscriptions,), root.labels, self._config)
        old = was.subscriptions if was is not None and was.uid == root.uid else root.subscriptions
        before = subscriptions.wanted((old,), root.labels, self._config) if old != root.subscriptions else wanted
        for trigger in (self._config.watched[name] for name in wanted if name in self._config.watched):
            if trigger.also_watched and self._lags(root):
                continue
            newcomers = frozenset(wanted[trigger.name].keys() - before.get(trigger.name, {}).keys())
            sight = Sight(known, newcomers, root.revision)
            for condition in trigger.conditions:
                if condition.when and (not condition.uses_runs or self._knows_runs(root)):
                    yield trigger, condition, sight

    def _is_up_to_date(self, root: RolloutDigest) -> bool:
        """Whether this reader has the state the digest is of: one that lags must not judge."""
        return self._objects.version(root.uid) == root.version

    def _lags(self, root: RolloutDigest) -> bool:
        """Whether the status is of an older spec: the controller has not seen the new one yet."""
        rollout = self._scene.variables(root.uid, None)["rollout"]
        generation, observed = rollout["metadata"].get("generation"), rollout["status"].get("observedGeneration")
        return isinstance(generation, int) and str(observed).isdecimal() and int(observed) < generation

    def _knows_runs(self, root: RolloutDigest) -> bool:
        runs = (d for d in self._known.family(root.uid).values() if isinstance(d, RunDigest))
        return all(self._objects.version(run.uid) == run.version for run in runs)

    def _judge(self, uid: str, event: Event | None, trigger: Trigger) -> Judge:
        whose = scope_of(trigger.name)
        see = functools.partial(self._scene.variables, uid, event, whose)
        return Judge(see, self._now, self._errors, self.judged, self._allowance if whose else None)

    def _message(self, said: Said, destination: Destination) -> Rendered:
        """A message that can be stored: one of half characters, or nested too deeply, must not cost all others."""
        allowance = self._allowance if scope_of(said.trigger) else None
        try:
            rendered = self._scene.message(said, destination, self._now, allowance)
            size = len(_encode(rendered.message))
            why = f"it has more than {_LONGEST:,} bytes" if allowance and size > _LONGEST else ""
        except (RecursionError, ValueError) as error:
            why = str(error)
        if why:
            return Rendered(Message(harmless(said.event.summary)), (f"the message cannot be stored: {why}",))
        return rendered

    def _of_state(self, firing: Firing) -> Event:
        on = Teller.of(self._root or self._found.digest)
        what = firing.trigger.description or f"the condition of {firing.trigger.name} holds"
        summary = f"{on.kind} {on.namespace}/{on.name}: {what}"
        return tell(on, "", (firing.trigger.name, firing.occasion), self._now, {"summary": summary})

    def _delivery(
        self, firing: Firing, event: Event, destination: Destination, message: Message, over: str | None
    ) -> Delivery:
        service, recipient = destination
        why = self._unfit(service) or over
        return Delivery(
            key=_key(firing, event, destination),
            lane=f"{service}|{recipient}|{event.uid}",
            state=State.SUPPRESSED if why else State.PENDING,
            service=service,
            recipient=recipient,
            trigger=firing.trigger.name,
            event=event.id if event.reason else None,
            reason=event.reason or None,
            kind=event.kind,
            namespace=event.namespace,
            name=event.name,
            uid=event.uid,
            revision=event.revision,
            message=_encode(message),
            created=self._now,
            due=self._now,
            expires=seconds(event.expires),
            why=why,
            settled=self._now if why else None,
        )

    def _unfit(self, service: str) -> str | None:
        """Why nothing can carry a message to a service, None where something can."""
        if kind := self._config.unsupported.get(service):
            return f"unsupported service: {kind}"
        if self._config.given and service not in self._config.services:
            return f"unknown service: {service}"
        return self.withheld or None

    def _over_quota(self, trigger: str) -> str | None:
        """Why a namespace's own configuration may not send any more for now, None where it may."""
        tenancy = self._config.tenancy
        if not tenancy or not scope_of(trigger) or self.quota.take(tenancy.namespace, tenancy.messages, self._now):
            return None
        return f"quota: more than {tenancy.messages} messages an hour by the configuration of {tenancy.namespace}"

    def _problem(self, on: Event | Teller, key: str, message: str) -> None:
        target = Target(on.kind, on.namespace, on.name, on.uid)
        self.problems.append(Problem(f"{on.kind} {on.namespace}/{on.name}", key, message, on=target))


def _remembered(root: RolloutDigest | None) -> Memory:
    words = bytes(root.triggers) if root else _NOTHING
    return _memory(words) if words != _NOTHING else Memory()


def _key(firing: Firing, event: Event, destination: Destination) -> str:
    """The idempotency key: the same for every reader and in every run."""
    occasion = event.id if firing.event else event_id(event.uid, "", firing.occasion)
    text = "\x00".join([occasion, firing.trigger.name, *destination])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
