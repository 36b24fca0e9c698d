"""How long the page takes to answer where there is much to show: 10,000 Rollouts, 100,000 deliveries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import aiohttp
import msgspec
import pytest

from notifier.model import Event, Image, Message, Severity
from notifier.outbox.protocol import Delivery, Outbox, Record, Settlement, State, Unit
from notifier.outbox.sqlite import SqliteOutbox
from notifier.rollouts.digests import VERSION, Mark, RolloutDigest, encode
from notifier.times import text
from tests.bench.table import Measured, Row
from tests.integration.web.looking import page_of

_ROLLOUTS, _EACH, _AT_ONCE = 10_000, 10, 500
_ROUNDS, _WARM = 200, 5
_P95_MS = 50.0
_START = 1_795_000_000.0
_MESSAGE = msgspec.json.encode(Message("the rollout has completed, " * 20, {"blocks": [{"type": "divider"}] * 40}))
_PATHS = {
    "rollout list": "/",
    "rollout list, filtered": "/?namespace=team-7&phase=Paused&name=1",
    "rollout detail": "/rollouts/team-7/app-4207",
    "deliveries": "/deliveries",
    "deliveries of a service": "/deliveries?service=email",
    "dead letters": "/dead",
    "deliveries of a rollout": "/deliveries?namespace=team-7&name=app-4207",
}


@pytest.mark.bench
@pytest.mark.timeout(300)
async def test_pages_answer_at_once_however_much_there_is(measured: Measured, tmp_path: Path) -> None:
    path = str(tmp_path / "store.db")
    outbox = SqliteOutbox.open(path)
    await _fill(outbox)
    async with page_of(path, outbox) as page, aiohttp.ClientSession() as client:
        slowest = {what: await _p95(client, page.url + path, outbox) for what, path in _PATHS.items()}
    await outbox.close()
    scale = f"with {_ROLLOUTS:,} Rollouts and {_ROLLOUTS * _EACH:,} deliveries"
    for what, milliseconds in slowest.items():
        measured(Row(f"page, {what}, {scale}, one write before each: p95", "< 50 ms", f"{milliseconds:.0f} ms"))
    assert max(slowest.values()) < _P95_MS


async def _p95(client: aiohttp.ClientSession, url: str, outbox: Outbox) -> float:
    """Milliseconds in which 19 of 20 requests are answered; before each something is written."""
    took = []
    for number in range(_WARM + _ROUNDS):
        await outbox.commit([_rewritten(await outbox.recall([f"uid-{number}"]))], _START)
        start = time.perf_counter()
        async with client.get(url) as answer:
            assert answer.status == 200
            await answer.read()
        took.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0)
    return quantiles(took[_WARM:], n=20)[-1]


def _rewritten(records: list[Record]) -> Unit:
    return Unit([record._replace(version=record.version + 1) for record in records])


async def _fill(outbox: Outbox) -> None:
    units = list(_units())
    for begin in range(0, len(units), _AT_ONCE):
        await outbox.commit(units[begin : begin + _AT_ONCE], _START)
    leased = await outbox.claim(_START + 1e6, 1_000)
    for delivery in leased:
        await outbox.settle(delivery, Settlement(State.DEAD, "no such channel", "channel_not_found"), _START)
    assert len(leased) == _ROLLOUTS // 10


def _units() -> Iterator[Unit]:
    for number in range(_ROLLOUTS):
        digest = _digest(number)
        events = [_event(digest, i) for i in range(_EACH // 2)]
        told = [_delivery(digest, i, event) for i, event in enumerate([*events, *events])]
        record = Record(digest.uid, "Rollout", digest.namespace, digest.uid, digest.version, VERSION, 0, encode(digest))
        yield Unit([record], events, told)


def _digest(number: int) -> RolloutDigest:
    image = f"registry.example/app-{number}:2.0.{number}"
    return RolloutDigest(
        uid=f"uid-{number}",
        version=number + 1,
        name=f"app-{number}",
        namespace=f"team-{number % 50}",
        root=f"uid-{number}",
        labels={"app": f"app-{number}", "team": f"team-{number % 50}"},
        subscriptions={f"notifications.argoproj.io/subscribe.on-rollout-{x}.slack": "x" for x in ("paused", "aborted")},
        strategy="canary",
        steps=("setWeight: 20", "pause", "setWeight: 50", "pause: 10m", "setWeight: 100"),
        images={"app": image},
        revision="2",
        pod_hash="5bd695c454",
        stable="5bd695c454" if number % 7 else "77f87799cf",
        step_index=number % 6,
        phase=("Healthy", "Healthy", "Healthy", "Healthy", "Paused", "Progressing", "Degraded")[number % 7],
        weight=number % 100,
        progressing=Mark("NewReplicaSetAvailable", text(_START), "ReplicaSet has successfully progressed."),
        stable_images={"app": image},
        changed_images=(Image("app", image, "registry.example/app:1"),),
        started=_START,
    )


def _event(on: RolloutDigest, number: int) -> Event:
    return Event(
        id=f"{on.uid}-{number}",
        ts=text(_START + number),
        reason="RolloutCompleted",
        severity=Severity.INFO,
        source="state",
        kind="Rollout",
        namespace=on.namespace,
        name=on.name,
        uid=on.uid,
        revision="2",
        summary=f"Rollout {on.namespace}/{on.name} completed revision 2",
    )


def _delivery(on: RolloutDigest, number: int, event: Event) -> Delivery:
    service = ("slack", "webhook", "email")[number % 3]
    settled = number != 0 or on.version % 10
    return Delivery(
        key=f"{on.uid}-{number}",
        lane=f"{service}|{on.uid}",
        state=State.SUPPRESSED if settled else State.PENDING,
        service=service,
        recipient="team",
        trigger="on-rollout-completed",
        event=event.id,
        reason=event.reason,
        namespace=on.namespace,
        name=on.name,
        uid=on.uid,
        revision="2",
        message=_MESSAGE,
        created=_START + number,
        due=_START,
        settled=_START if settled else None,
        why="no longer needed" if settled else None,
    )
