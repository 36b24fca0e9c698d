"""Events made by hand: the barest, the fullest, and those that no recording has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from notifier.config.load import shipped
from notifier.config.schema import Template
from notifier.model import (
    Action,
    Amount,
    Analysis,
    Cause,
    Event,
    Image,
    Metric,
    Pause,
    Replicas,
    Severity,
    Step,
    Subject,
    Update,
)
from notifier.reasons import trigger_name
from notifier.render import Rendered, render
from notifier.rollouts import words
from notifier.rollouts.tell import Teller, tell
from notifier.secrets import SecretNames
from tests.catalogue import recorded

WHEN = "2026-11-21T05:37:40.000Z"


def bare(reason: str, kind: str = "Rollout") -> Event:
    """An event that says no more than it must."""
    level = severity(reason)
    event = Event("1", WHEN, reason, level, "state", kind, "shop", "web", "u-1", revision=None, summary="")
    return words.worded(event)


def severity(reason: str) -> Severity:
    """How much an event of a reason wants a person."""
    return tell(Teller("Rollout", "shop", "web", "u-1"), reason, (), 0.0, {}).severity


def full(reason: str, text: str, kind: str = "Rollout") -> Event:
    """An event with every field there is, `text` wherever somebody's text may stand."""
    metric = Metric(text, "Failed", text, text, text, count=3, failed=2, errors=1, limit=2, interval=text, planned=text)
    return msgspec.structs.replace(
        bare(reason, kind),
        namespace=text or "shop",
        name=text or "web",
        revision="3",
        summary=text,
        previous_revision="2",
        update=Update.UPDATE,
        strategy="Canary",
        pod_hash=text,
        stable_hash=text,
        subject=Subject("AnalysisRun", text, "u-2"),
        images=tuple(Image(text, text, old) for old in ("shop/web:1", text, None)),
        step=Step(1, 8, text, text, text, completed=1, skipped=1),
        weight=Amount(20, 40),
        replicas=Replicas(text, 1, 2, "3", "canary"),
        pods=Amount(1, 5),
        pause=Pause(text, WHEN, WHEN, 30),
        analysis=Analysis(text, "Failed", "Step", text, 1, (metric,) * 3),
        cause=Cause("analysis", text, text),
        message=text,
        seconds=250.0,
        actions=(Action(text, text),) * 3,
    )


def like(reason: str, story: str, new: str, **changes: Any) -> Event:
    """An event of another reason at the place of a recorded one."""
    event = recorded.of(reason, story)[-1].note.event
    return words.worded(
        msgspec.structs.replace(event, reason=new, severity=severity(new), summary="", actions=(), **changes)
    )


def unrecorded() -> dict[str, Event]:
    """The reasons that no recording has."""
    skip = Step(3, 8, text="setWeight: 40", current="pause: 10", next="setWeight: 60", skipped=1)
    why = "Template 'canary' had error: replicas are not available in time"
    doubt = 'Metric "success-rate" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)'
    made = (
        like("RolloutStepCompleted", "s001", "RolloutStepSkipped", step=skip, manual=True),
        like("RolloutHealthy", "s004-bluegreen", "RolloutDeleted", seconds=None),
        like("ExperimentFailed", "s002", "ExperimentError", message=why, cause=None, analysis=None),
        like("ExperimentFailed", "s002", "ExperimentInconclusive", message=doubt, cause=None, analysis=None),
    )
    return {event.reason: event for event in made}


def around(text: str) -> dict[str, Any]:
    """What templates see beside the event, `text` wherever somebody's text may stand."""
    strategy = {"blueGreen": {"previewService": text}, "canary": {"steps": [{}, {"experiment": {"duration": text}}]}}
    links = {text: text, f"{text}!": f"https://{text}", "Runbook": f"https://runbooks.example/{text}"}
    return {
        "rollout": {
            "metadata": {"uid": "u-1", "labels": {text: text}},
            "spec": {"strategy": strategy},
            "status": {"phase": text},
        },
        "context": {"cluster": text, "environment": text, "links": links},
    }


def say(event: Event, reason: str = "", service: str = "webhook", **variables: Any) -> Rendered:
    """What the catalogue says of an event, by the template of `reason` where it is not the event's own."""
    catalogue = shipped()
    trigger = catalogue.triggers[trigger_name(reason or event.reason)]
    templates = [catalogue.templates[name] for name in trigger.conditions[0].send]
    return filled(templates, event, service, **variables)


def filled(templates: Sequence[Template], event: Event, service: str, **variables: Any) -> Rendered:
    """What some templates say of an event to a service of a type, which is its name as well."""
    seen: Mapping[str, Any] = {
        "rollout": {"metadata": {"uid": event.uid}},
        "analysisRuns": None,
        "context": {},
        "secrets": SecretNames({}),
        "recipient": "",
        "serviceType": service,
        "event": msgspec.to_builtins(event),
    }
    return render(templates, (service, service), {**seen, **variables}, "FALLBACK", 0.0)


def headline(event: Event, **changes: Any) -> str:
    """The headline of an event with some fields changed, told on a Rollout with a name of common length."""
    return said(event, namespace="shop", name="web", **changes).partition("\n")[0]


def said(event: Event, **changes: Any) -> str:
    """The plain text of an event with some fields changed."""
    return say(msgspec.structs.replace(event, **changes)).message.message
