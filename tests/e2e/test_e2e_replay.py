"""`rollouts-notifier replay`: lines in, notifications out, problems beside them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from notifier.model import ANNOTATION_PREFIX, Object
from tests.e2e.program import Finished, call
from tests.integration.daemon.stage import rollout, subscribed

RECORDING = Path(__file__).parents[1] / "recordings" / "s000-rolling-update.jsonl.gz"
CREATED = f"{ANNOTATION_PREFIX}subscribe.on-rollout-created.any"
BOOKMARK = b'{"type": "BOOKMARK", "object": {"kind": "Rollout", "metadata": {"resourceVersion": "50"}}}\n'
FIELDS = ["ts", "namespace", "name", "uid", "revision", "reason", "trigger", "service", "recipient", "key", "event"]


def line(obj: Object, version: int, change: str = "ADDED") -> bytes:
    versioned = {**obj, "metadata": obj["metadata"] | {"resourceVersion": str(version)}}
    return json.dumps({"ts": "2026-11-21T10:00:00Z", "type": change, "object": versioned}).encode() + b"\n"


def created(name: str, version: int) -> bytes:
    return line(rollout(name, annotations=subscribed("any", trigger="on-rollout-created")), version)


def printed(finished: Finished) -> list[dict[str, Any]]:
    assert finished.code == 0
    return [json.loads(text) for text in finished.out.splitlines()]


async def test_standard_input_is_read_and_a_bad_line_is_reported_with_its_number() -> None:
    lines = created("web", 10) + b"{no json\n\n" + created("shop", 11) + b'{"type": "GONE", "object": {}}\n'
    finished = await call("replay", "-", stdin=lines)
    assert [(found["name"], found["reason"]) for found in printed(finished)] == [
        ("web", "RolloutCreated"),
        ("shop", "RolloutCreated"),
    ]
    assert [text.split(":")[0] for text in finished.err.splitlines()] == ["input, line 2", "input, line 5"]


async def test_a_notification_has_the_promised_fields_and_the_same_key_in_every_run() -> None:
    first, second = [printed(await call("replay", "-", stdin=created("web", 10)))[0] for _ in range(2)]
    assert list(first)[:11] == FIELDS
    assert first["service"] == "any"
    assert "web" in first["message"]["message"]
    assert first["key"] == second["key"]


async def test_with_baseline_what_comes_before_the_bookmark_is_silent() -> None:
    lines = created("old", 10) + BOOKMARK + created("new", 60)
    assert [found["name"] for found in printed(await call("replay", "-", "--baseline", stdin=lines))] == ["new"]


async def test_with_a_store_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    store = ("--store", str(tmp_path / "replay.db"))
    assert len(printed(await call("replay", "-", *store, stdin=created("web", 10)))) == 1
    again = created("web", 10) + created("shop", 11)
    assert [found["name"] for found in printed(await call("replay", "-", *store, stdin=again))] == ["shop"]


async def test_events_are_printed_whoever_subscribed(tmp_path: Path) -> None:
    plain = tmp_path / "recording.jsonl"
    plain.write_bytes(gzip.decompress(RECORDING.read_bytes()))
    events = printed(await call("replay", str(plain), "--events"))
    told = [event["reason"] for event in events]
    assert told[:2] == ["RolloutCreated", "RolloutUpdated"]
    assert "RolloutCompleted" in told
    assert {event["source"] for event in events} == {"state"}
    assert len({event["id"] for event in events}) == len(events)


async def test_unknown_names_are_said_once_and_the_rest_is_told(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("kind: ConfigMap\ndata:\n  service.webhook.any: 'url: http://any.test/'\n")
    obj = rollout(annotations={CREATED: "", CREATED.replace("created.any", "maked.any"): ""})
    lines = line(obj, 10) + line({**obj, "spec": {"replicas": 2}}, 11, "MODIFIED")
    finished = await call("replay", "-", "--config-map", str(config), stdin=lines)
    assert [found["trigger"] for found in printed(finished)] == ["on-rollout-created"]
    assert finished.err.count("there is no trigger 'on-rollout-maked'") == 1
