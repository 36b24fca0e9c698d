"""A Rollout's story: what happened, who was told of it, what became of that. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from notifier import times
from notifier.model import Event
from notifier.outbox.protocol import Delivery
from notifier.outbox.reading import END, Happened, Place, Span


class Entry(NamedTuple):
    """A moment of the story: an event, or a condition that began to hold (None), and who was told."""

    at: str
    event: Event | None
    told: tuple[Delivery, ...]


def span(happened: Sequence[Happened], before: Place, *, more: bool) -> Span:
    """The part of a story that a page of it covers; where nothing is older, all that is older belongs to it."""
    after = happened[-1].place.seen if more and happened else 0.0
    until = before.seen if before != END else float("1e300")
    return Span([one.event.id for one in happened], after, until)


def timeline(happened: Sequence[Happened], told: Sequence[Delivery]) -> list[Entry]:
    """Events and conditions with their deliveries, the newest first."""
    of_event: dict[str | None, list[Delivery]] = {}
    for delivery in reversed(told):
        of_event.setdefault(delivery.event, []).append(delivery)
    entries = [Entry(one.event.ts, one.event, tuple(of_event.get(one.event.id, ()))) for one in happened]
    entries += _conditions(of_event.get(None, []))
    return sorted(entries, key=lambda entry: times.seconds(entry.at) or 0.0, reverse=True)


def _conditions(told: Sequence[Delivery]) -> list[Entry]:
    """One entry for what one condition told at one time, however many were told."""
    together: dict[tuple[str, float], list[Delivery]] = {}
    for delivery in told:
        together.setdefault((delivery.trigger, delivery.created), []).append(delivery)
    return [Entry(times.text(created), None, tuple(some)) for (_, created), some in together.items()]


def public(entry: Entry) -> dict[str, Any]:
    """An entry for JSON."""
    return {"at": entry.at, "event": entry.event, "deliveries": [delivered(one) for one in entry.told]}


def delivered(delivery: Delivery) -> dict[str, Any]:
    """A delivery for JSON: times in RFC 3339, without its message; `answer` is the receiver's last word."""
    return {
        "id": delivery.id,
        "key": delivery.key,
        "state": delivery.state,
        "namespace": delivery.namespace,
        "name": delivery.name,
        "revision": delivery.revision,
        "trigger": delivery.trigger,
        "reason": delivery.reason,
        "event": delivery.event,
        "service": delivery.service,
        "recipient": delivery.recipient,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "answer": delivery.why,
        "created": times.text(delivery.created),
        "due": times.text(delivery.due) if delivery.settled is None else None,
        "settled": times.text(delivery.settled) if delivery.settled is not None else None,
    }
