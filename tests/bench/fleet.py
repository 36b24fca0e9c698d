"""The work of the delivery measurements: Rollouts that degrade, and ten webhooks that all want to know.

The daemon and its peer are told the same, each in a ConfigMap of its own and in its own template language.
"""

from __future__ import annotations

import asyncio
import json
import time
from math import inf
from typing import NamedTuple

from notifier.model import Object
from notifier.sandbox.kinds import CONFIG_MAPS, ROLLOUTS
from notifier.sandbox.server import ApiServer
from notifier.sandbox.store import Store
from tests.bench.servers import Pipe, asked
from tests.bench.subjects import healthy

SERVICES = tuple(f"w{number}" for number in range(10))

_LANGUAGES = {
    "rollouts-notifier-config": {
        "t": "{{ rollout.status.message }}",
        "name": "{{ rollout.metadata.name }}",
        "phase": "{{ rollout.status.phase }}",
        "images": "{% for c in rollout.spec.template.spec.containers %}{{ c.image }}{% endfor %}",
    },
    "argo-rollouts-notification-configmap": {
        "t": "{{.rollout.status.message}}",
        "name": "{{.rollout.metadata.name}}",
        "phase": "{{.rollout.status.phase}}",
        "images": "{{range .rollout.spec.template.spec.containers}}{{.image}}{{end}}",
    },
}
_BODY = (
    '{"t": %(t)s, "id": "%(name)s at %(t)s", "name": "%(name)s", "phase": "%(phase)s", "images": ["%(images)s"], '
    '"text": "The Rollout %(name)s is %(phase)s: look at its ReplicaSets, its AnalysisRuns, Experiments and Events."}'
)
"""300 bytes once it is rendered; `t` is when the status was written, in nanoseconds since the epoch."""


class Fleet(NamedTuple):
    """So many Rollouts, all healthy, and the webhooks `SERVICES`, each with a path of its own below `url`."""

    rollouts: int
    url: str


class Flip(NamedTuple):
    """So many Rollouts go into a phase, evenly in time or as fast as can be."""

    phase: str
    rollouts: int
    per_second: float = inf


def harbour(pipe: Pipe, fleet: Fleet) -> None:
    """Send the URL of a fleet's API server; answer each Flip once all of it is written."""
    asyncio.run(_harbour(pipe, fleet))


async def _harbour(pipe: Pipe, fleet: Fleet) -> None:
    async with ApiServer() as api:
        for name, language in _LANGUAGES.items():
            metadata = {"name": name, "namespace": "argo-rollouts"}
            api.store.create(CONFIG_MAPS, {"metadata": metadata, "data": _config(fleet.url, _BODY % language)})
        _launch(api.store, fleet.rollouts)
        pipe.send(api.url)
        async for flip in asked(pipe):
            await _play(api.store, flip)
            pipe.send(flip)


def _config(url: str, body: str) -> dict[str, str]:
    """A configuration's data, its entries in JSON, which is YAML too."""
    headers = [{"name": "Content-Type", "value": "application/json"}]
    entries: dict[str, object] = {
        "trigger.degraded": [{"when": "rollout.status.phase == 'Degraded'", "send": ["degraded"]}],
        "template.degraded": {"webhook": {name: {"method": "POST", "body": body} for name in SERVICES}},
        "subscriptions": [{"recipients": SERVICES, "triggers": ["degraded"]}],
    }
    for name in SERVICES:
        service = {"url": f"{url}/{name}", "headers": headers, "insecureSkipVerify": True}
        entries[f"service.webhook.{name}"] = service
    return {key: json.dumps(entry) for key, entry in entries.items()}


def _launch(store: Store, rollouts: int) -> None:
    rollout = healthy()
    for number in range(rollouts):
        rollout["metadata"] |= {"name": _name(number), "namespace": "bench"}
        store.create(ROLLOUTS, rollout)
        store.update(ROLLOUTS, rollout, subresource="status")


def _name(number: int) -> str:
    return f"r{number:05}"


async def _play(store: Store, flip: Flip) -> None:
    began = time.monotonic()
    for number in range(flip.rollouts):
        await asyncio.sleep(max(0.0, began + number / flip.per_second - time.monotonic()))
        _turn(store, number, flip.phase)


def _turn(store: Store, number: int, phase: str) -> None:
    rollout: Object = store.get(ROLLOUTS, "bench", _name(number)).decode()
    rollout["status"] |= {"phase": phase, "message": str(time.time_ns())}
    store.update(ROLLOUTS, rollout, subresource="status")
