"""Which conditions of a trigger hold, and what their `oncePer` is: ours against notifications-engine's."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from notifier.config.schema import Trigger
from notifier.triggers import Judge
from tests.differential.peer import Peer
from tests.differential.rows import corpus, rows
from tests.unit.config.maps import configured

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.jsonl.gz"))
CONDITIONS: list[str] = corpus("conditions")
ROWS = rows("triggers")
NOW = 1_795_250_000
"""2026-11-21T08:33:20Z: after all recordings."""

Variables = Mapping[str, Any]


def written(conditions: list[dict[str, Any]]) -> dict[str, str]:
    return {"trigger.on-purple": json.dumps(conditions), "template.hello": "message: hello"}


def configured_in(data: Mapping[str, str]) -> Trigger:
    return configured(data).triggers["on-purple"]


def ours(trigger: Trigger, variables: Variables) -> list[bool]:
    judge = judging(variables)
    return [judge.holds(trigger, condition) for condition in trigger.conditions]


def judging(variables: Variables) -> Judge:
    return Judge(lambda: variables, NOW, [], Counter())


def theirs(peer: Peer, data: Mapping[str, str], variables: Variables) -> list[dict[str, Any]]:
    request = {"do": "trigger", "trigger": "on-purple", "data": data, "variables": variables, "now": NOW}
    conditions: list[dict[str, Any]] = peer.ask(request)["conditions"]
    return conditions


def recorded(path: Path) -> Iterator[Variables]:
    """What conditions see at each state of a recording's Rollouts, with the AnalysisRuns there were until then."""
    runs: dict[str, Any] = {}
    for line in gzip.decompress(path.read_bytes()).splitlines():
        found = json.loads(line)["object"]
        if found["kind"] == "AnalysisRun":
            runs[found["metadata"]["uid"]] = found
        elif found["kind"] == "Rollout":
            yield {"rollout": found, "analysisRuns": [*runs.values()] or None}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name.removesuffix(".jsonl.gz"))
def test_the_same_conditions_hold_of_every_recorded_state(peer: Peer, recording: Path) -> None:
    data = written([{"when": condition, "send": ["hello"]} for condition in CONDITIONS])
    trigger = configured_in(data)
    for variables in recorded(recording):
        held = [one["Triggered"] for one in theirs(peer, data, variables)]
        assert dict(zip(CONDITIONS, ours(trigger, variables), strict=True)) == dict(zip(CONDITIONS, held, strict=True))


def test_a_condition_without_a_text_is_false_for_argo_and_waits_for_nothing_here(peer: Peer) -> None:
    data = written([{"send": ["hello"]}, {"when": ""}])
    assert [one["Triggered"] for one in theirs(peer, data, {})] == [False, False]
    assert ours(configured_in(data), {}) == [True, True]
    assert "empty-when" in ROWS


ONCE_PER = ["rollout.a", "rollout.a?.b", "rollout.a.b", "rollout.nosuch", "[rollout.a, 1]", "rollout", "1 / 0", "''"]
VALUES = [None, "x", "y", 1, 2, 1.5, True, [], ["x"], ["x", "y"], {}, {"b": 1}, {"b": 2}, {"b": "x"}]


@pytest.mark.parametrize("once_per", ONCE_PER)
def test_a_once_per_tells_the_same_values_apart(peer: Peer, once_per: str) -> None:
    data = written([{"when": "true", "oncePer": once_per, "send": ["hello"]}])
    (condition,) = configured_in(data).conditions
    variables = [{"rollout": {"a": value}} for value in VALUES]
    argos = [theirs(peer, data, seen)[0]["OncePer"] for seen in variables]
    mine = [judging(seen).once(condition) for seen in variables]
    assert [mine.index(value) for value in mine] == [argos.index(value) for value in argos]


def test_several_conditions_are_judged_one_by_one_each_with_its_templates(peer: Peer) -> None:
    whens = ["true", "false", "nosuch.deeper", "'true'", "true"]
    data = written([{"when": when, "send": [f"t{number}"]} for number, when in enumerate(whens)])
    found, trigger = theirs(peer, data, {}), configured_in(data)
    assert [one["Triggered"] for one in found] == ours(trigger, {}) == [True, False, False, False, True]
    assert [one["Templates"] for one in found] == [list(condition.send) for condition in trigger.conditions]
