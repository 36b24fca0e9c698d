"""Settings say which Rollouts are told about; teams are taken on, and come and go, without noise and without loss."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.settings import INSTANCE_LABEL
from tests.integration.daemon.stage import Stage, rollout, subscribed


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, {"shop", "bank", "mine"}),
        ({"namespaces": ("shop", "bank")}, {"shop", "bank"}),
        ({"excluded_namespaces": ("shop",)}, {"bank", "mine"}),
        ({"selector": "team=mine"}, {"mine"}),
        ({"instance_id": "second"}, {"bank"}),
    ],
    ids=lambda value: " ".join(sorted(value)) or "all",
)
async def test_only_what_the_settings_select_is_told(stage: Stage, settings: dict[str, Any], told: set[str]) -> None:
    labels: dict[str, dict[str, str]] = {"shop": {}, "bank": {INSTANCE_LABEL: "second"}, "mine": {"team": "mine"}}
    created = subscribed("one", trigger="on-rollout-created")
    stage.configure(stage.services("one"))
    async with stage.ready(**settings) as running:
        for name, given in labels.items():
            stage.put(rollout(name, namespace=name, labels=given, annotations=created))
        await stage.sink.wait_for(len(told))
        await running.drained()
        assert {row.name for row in await running.rows()} == told


async def test_a_namespace_taken_on_later_is_learned_silently(stage: Stage) -> None:
    stage.configure(stage.services("one"), {"subscriptions": "- recipients: [one]\n  triggers: [on-mark]\n"})
    shop, bank = ({"name": name, "namespace": name} for name in ("shop", "bank"))
    stage.put(rollout(mark=1, **shop), rollout(mark=1, **bank))
    async with stage.ready(namespaces=("shop",)) as running:
        stage.put(rollout(mark=2, **bank), rollout(mark=2, **shop))
        await stage.sink.wait_for(1)
        await running.drained()
    stage.put(rollout(mark=3, **shop))
    async with stage.ready() as running:
        await running.drained()
        stage.put(rollout(mark=3, **bank))
        await running.settled()
    assert stage.told("one") == ["shop 2", "shop 3", "bank 3"]


async def test_a_rollout_that_leaves_the_selection_and_comes_back_is_told_about_again(stage: Stage) -> None:
    mine = {"team": "mine", "mark": "1"}
    stage.configure(stage.services("one"))
    stage.put(rollout(labels=mine, annotations=subscribed("one")))
    async with stage.ready(selector="team=mine") as running:
        for labels in (mine | {"team": "yours"}, mine, mine | {"mark": "2"}):
            stage.put(rollout(labels=labels, annotations=subscribed("one")))
            await running.settled()
        assert stage.told("one") == ["web 2"]
