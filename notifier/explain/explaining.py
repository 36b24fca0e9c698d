"""Why somebody is told something about a Rollout, or is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from notifier import times
from notifier.config.schema import Config, Trigger
from notifier.explain import words
from notifier.explain.conditions import Occasioned, judged
from notifier.explain.explanation import Answer, Explanation, Judged, Payload, Verdict
from notifier.explain.occasions import Occurrence, is_armed_by_events, occurrence
from notifier.explain.payload import Saying, of_condition, payload, sent
from notifier.explain.subject import Situation, Subject, situation
from notifier.explain.subscribed import Wish, ignored, obstacles, passed_over, wishes


def explain(subject: Subject, config: Config, now: float) -> Explanation:
    """Every subscription and trigger about a Rollout: matched or not, why, what would be sent and what was.

    Raises UnreadableError where the Rollout, or what it owns, is not of the shape that its kind has.
    """
    here = situation(subject, config, now)
    digest = here.digest
    answers = tuple(_Answering(here, config, now).answers())
    impossible = {answer.origin for answer in answers if answer.verdict is Verdict.IMPOSSIBLE}
    annotations = subject.rollout["metadata"].get("annotations") or {}
    status = subject.rollout.get("status") or {}
    return Explanation(
        namespace=digest.namespace,
        name=digest.name,
        uid=digest.uid,
        at=times.text(now),
        revision=digest.revision,
        phase=status.get("phase") or "",
        message=digest.message,
        answers=answers,
        ignored=tuple(one for one in ignored(annotations, config) if one.key not in impossible),
        passed_over=passed_over(digest.labels, config),
        problems=config.problems,
    )


class _Standing(NamedTuple):
    """How a trigger stands, whoever asks for it."""

    verdict: Verdict
    says: str
    occurrence: Occurrence | None
    conditions: tuple[Judged, ...]
    armed: str = ""


class _Answering:
    """One explanation; each trigger is judged once, however many ask for it."""

    def __init__(self, here: Situation, config: Config, now: float) -> None:
        self._here, self._config, self._now = here, config, now
        self._standings: dict[str, _Standing] = {}

    def answers(self) -> Iterator[Answer]:
        for wish in wishes(self._here, self._config):
            why = obstacles(wish, self._config)
            yield self._impossible(wish, why) if why else self._answer(wish)

    def _impossible(self, wish: Wish, why: str) -> Answer:
        return Answer(
            **wish.destination._asdict(),
            trigger=wish.trigger,
            origin=wish.origin,
            verdict=Verdict.IMPOSSIBLE,
            says=why,
            sent=sent(wish.trigger, wish.destination, self._here),
        )

    def _answer(self, wish: Wish) -> Answer:
        trigger = self._config.triggers[wish.trigger]
        standing = self._standings.get(trigger.name) or self._standing(trigger)
        self._standings[trigger.name] = standing
        event = standing.occurrence.last if standing.occurrence else None
        return Answer(
            **wish.destination._asdict(),
            trigger=wish.trigger,
            origin=wish.origin,
            verdict=standing.verdict,
            says=standing.says,
            reasons=tuple(sorted(trigger.on)),
            last=event.ts if event else "",
            armed=standing.armed,
            conditions=standing.conditions,
            payload=self._payload(trigger, wish, standing),
            sent=sent(wish.trigger, wish.destination, self._here),
        )

    def _standing(self, trigger: Trigger) -> _Standing:
        if is_armed_by_events(trigger, self._config):
            return self._of_event(trigger)
        conditions = self._judged(Occasioned(trigger, None))
        return _Standing(words.verdict(conditions, so=True), words.of_state(conditions), None, conditions)

    def _of_event(self, trigger: Trigger) -> _Standing:
        found = occurrence(trigger, self._config, self._here)
        armed = self._here.armed(trigger.name)
        event = armed.event if armed else found.event
        if event:
            found = found._replace(event=event)
        conditions = self._judged(Occasioned(trigger, event))
        since = armed.event.ts if armed else ""
        verdict = words.verdict(conditions, so=found.now or bool(armed))
        return _Standing(verdict, words.of_event(found, conditions, since), found, conditions, since)

    def _judged(self, about: Occasioned) -> tuple[Judged, ...]:
        return tuple(judged(about, condition, self._here, self._now) for condition in about.trigger.conditions)

    def _payload(self, trigger: Trigger, wish: Wish, standing: _Standing) -> Payload | None:
        about = standing.occurrence
        event = about.event if about else of_condition(trigger, self._here, self._now)
        if event is None:
            return None
        telling = [one for one in standing.conditions if one.holds] or standing.conditions
        send = tuple(dict.fromkeys(name for one in telling for name in one.send))
        saying = Saying(trigger, send, wish.destination, event, about.occasion if about else "present")
        return payload(saying, self._here)
