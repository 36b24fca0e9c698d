"""Triggers whose conditions are watched: what they come to now, part by part, and what is remembered of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from notifier.config.schema import Config
from notifier.explain import Answer, Verdict
from notifier.rollouts.digests import RolloutDigest
from notifier.triggers import Judge, Memory, Watching
from tests.unit.explain.explained import NOW, answer, rollout, watched

ASKED = "subscribe.on-mine.slack=deploys"
DEGRADED = {"phase": "Degraded", "observedGeneration": "5"}


def remembered(config: Config, watching: Watching, once: str = "") -> RolloutDigest:
    """What the store holds of the Rollout whose only condition is in some state."""
    (condition,) = config.triggers["on-mine"].conditions
    memory = Memory(watching={condition.key: watching}, once={condition.key: (once,)} if once else {})
    words = msgspec.Raw(msgspec.json.encode(memory))
    return RolloutDigest(uid="uid-of-web", version=0, name="web", namespace="shop", root="uid-of-web", triggers=words)


def judged(when: str, more: str = "", **known: Any) -> Answer:
    return answer(rollout(ASKED, status=DEGRADED), watched(when, more), **known)


def test_a_condition_that_holds_matches() -> None:
    found = judged("rollout.status.phase == 'Degraded'")
    assert (found.verdict, found.says) == (Verdict.MATCHES, "its condition holds now")


def test_a_condition_that_does_not_hold_waits_and_says_what_it_saw() -> None:
    found = judged("rollout.status.phase == 'Healthy' and rollout.spec.replicas > 3")
    assert found.verdict is Verdict.WAITS
    assert found.says == 'its condition does not hold now: rollout.status.phase is "Degraded"'


def test_a_condition_that_cannot_be_evaluated_fails_and_names_what_is_misspelt() -> None:
    found = judged("rollout.statsu.phase == 'Degraded'")
    assert found.verdict is Verdict.FAILS
    assert found.says == (
        "its condition is false, because cannot fetch phase from nil (line 1, column 16); "
        "rollout.statsu is null (did you mean 'status'?)"
    )
    when = found.conditions[0].when
    assert when
    assert when.error
    assert (when.parts[0].text, when.parts[0].parts[0].meant) == ("rollout.statsu.phase", "status")


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("rollout.status.phse", "phase"),
        ("rollout.status.abort", ""),
        ("rollout.status.entirely", ""),
        ("rolout", ""),
        ("rollout.status.pauseConditons", "pauseConditions"),
        ("rollout.metadata.annotations['x']", ""),
    ],
)
def test_a_field_that_is_only_absent_is_not_taken_for_misspelt(path: str, meant: str) -> None:
    when = judged(f"{path} != nil").conditions[0].when
    assert when
    assert (when.parts[0].value, when.parts[0].meant) == ("null", meant)


def test_long_values_are_cut() -> None:
    when = judged("rollout != nil").conditions[0].when
    assert when
    assert len(when.parts[0].value) == 200
    assert when.parts[0].value.endswith("…")


@pytest.mark.parametrize(
    ("more", "watching", "says"),
    [
        ("", Watching(holds=True, since=NOW - 60, fired=True), "was told when it began to"),
        ("  for: 5m\n", Watching(holds=True, since=NOW - 60), "must for 300 s, until 2026-01-01T12:04:00.000Z"),
        ("", Watching(), "its condition holds now"),
    ],
)
def test_what_is_remembered_of_a_condition_is_said(more: str, watching: Watching, says: str) -> None:
    config = watched("rollout.status.phase == 'Degraded'", more)
    found = answer(rollout(ASKED, status=DEGRADED), config, digest=remembered(config, watching))
    assert says in found.says
    since = found.conditions[0].since
    assert since == ("2026-01-01T11:59:00.000Z" if watching.holds else "")


def test_a_value_of_once_per_that_was_told_is_said() -> None:
    config = watched("rollout.status.phase == 'Degraded'", "  oncePer: rollout.status.observedGeneration\n")
    (condition,) = config.triggers["on-mine"].conditions
    judge = Judge(lambda: {"rollout": {"status": DEGRADED}}, NOW, [], Counter())
    digest = remembered(config, Watching(), once=judge.once(condition))
    found = answer(rollout(ASKED, status=DEGRADED), config, digest=digest)
    assert found.conditions[0].used
    assert "this value of oncePer was told already" in found.says
    assert found.conditions[0].once_per
    assert found.conditions[0].once_per.value == '"5"'
    other = answer(rollout(ASKED, status=DEGRADED | {"observedGeneration": "6"}), config, digest=digest)
    assert not other.conditions[0].used
