"""What would be sent, and what was."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from notifier import times
from notifier.config.schema import Trigger
from notifier.explain.explanation import Occasion, Payload, Sent
from notifier.explain.subject import Situation
from notifier.model import Destination, Event
from notifier.outbox.protocol import Delivery, State
from notifier.rollouts.tell import Teller, tell
from notifier.scene import Said

_SHOWN = 5
"""How many deliveries of one subscription and trigger are told."""


class Saying(NamedTuple):
    """A trigger's templates for a destination, and the event they are about."""

    trigger: Trigger
    send: tuple[str, ...]
    destination: Destination
    event: Event
    occasion: Occasion


def payload(saying: Saying, now: Situation) -> Payload:
    """What a destination would read; secrets are placeholders."""
    trigger, send, destination, event, occasion = saying
    event = msgspec.structs.replace(event, severity=trigger.severity or event.severity)
    rendered = now.scene.message(Said(trigger.name, send, event), destination, now.now)
    message = rendered.message
    return Payload(occasion, message.message, event.reason, message.body, message.thread, rendered.faults)


def of_condition(trigger: Trigger, now: Situation, at: float) -> Event:
    """What a trigger is about that no event arms."""
    on = Teller.of(now.digest)
    what = trigger.description or f"the condition of {trigger.name} holds"
    summary = f"{on.kind} {on.namespace}/{on.name}: {what}"
    return tell(on, "", (trigger.name,), at, {"summary": summary})


def sent(trigger: str, destination: Destination, now: Situation) -> tuple[Sent, ...]:
    """The latest deliveries of a trigger to a destination, newest first."""
    wanted = (now.digest.uid, trigger, *destination)
    found = (d for d in now.subject.deliveries if (d.uid, d.trigger, d.service, d.recipient) == wanted)
    return tuple(_sent(delivery) for delivery, _ in zip(found, range(_SHOWN), strict=False))


def _sent(delivery: Delivery) -> Sent:
    waits = delivery.state in {State.PENDING, State.LEASED}
    return Sent(
        id=delivery.id,
        state=delivery.state,
        attempts=delivery.attempts,
        created=times.text(delivery.created),
        settled=times.text(delivery.settled) if delivery.settled is not None else "",
        due=times.text(delivery.due) if waits else "",
        why=delivery.why or "",
        status=delivery.status or "",
    )
