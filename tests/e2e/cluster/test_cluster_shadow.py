"""Beside Argo's own engine, in shadow: what is recorded is what Argo sends, until a namespace is switched over."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.differential.rows import rows
from tests.e2e.cluster import argos
from tests.e2e.cluster.argos import Argo, Told
from tests.e2e.cluster.objects import PAUSE, canary, weight
from tests.e2e.cluster.real import BASE, RealCluster, variant
from tests.e2e.cluster.story import MOMENT, Story
from tests.e2e.program import call
from tests.integration.daemon.stage import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHADOW = ("--shadow", f"--config-map-name={argos.CONFIG_MAP}", f"--secret-name={argos.SECRET}")
WE_ALONE = {"scaling": "scaling", "forgotten-steps": "step number|step-?completed"}
ARGO_ALONE = {"scaling": "scaling", "sent-again": "healthy|step-two"}
"""By row of the compatibility table (`words.yaml`): the words that only one of both may say, or more often."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def its_account(cluster: RealCluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The account of a daemon that may read Argo's ConfigMap and Secret."""
    names = enumerate((argos.CONFIG_MAP, argos.SECRET))
    rights = [{"op": "replace", "path": f"/rules/{rule}/resourceNames/0", "value": name} for rule, name in names]
    patch = {"target": {"kind": "Role"}, "patch": json.dumps(rights)}
    folder = tmp_path_factory.mktemp("shadow")
    return await cluster.account(folder, variant(folder, BASE, "shadow", patch))


@pytest_asyncio.fixture(loop_scope="session")
async def argo(cluster: RealCluster) -> AsyncIterator[Argo]:
    """Argo's own engine with the recorded configuration, until the test ends."""
    if cluster.plane is None:
        pytest.skip("Argo's own notifications in E2E_KUBECONFIG are not ours to configure")
    async with argos.engine(cluster.plane.argos_metrics) as argo:
        await cluster.hide({"slack-token": argo.slack.token}, argos.SECRET)
        await cluster.configure(argo.config_map(), argos.CONFIG_MAP)
        yield argo
        await cluster.configure({}, argos.CONFIG_MAP)


async def deploy(story: Story, argo: Argo) -> None:
    """Deploy a Rollout that subscribes everything, and wait until Argo has told of it."""
    update = canary(weight(25), weight(50), PAUSE)
    update["metadata"]["annotations"] = argos.subscribed(story.namespace)
    await story.deploy(update)
    await until(lambda: argo.has_said(story.namespace, "rollout-completed", "healthy"), MOMENT)
    await story.rest()


async def update(story: Story, argo: Argo, image: str) -> None:
    """Begin an update, and wait until it is paused and Argo has told of it."""
    before = argo.told(story.namespace)
    await story.image(image)
    await story.paused(2)
    await until(lambda: Told("sink", story.namespace, "step-two") in argo.told(story.namespace) - before, MOMENT)
    await story.rest()


async def withheld(story: Story) -> list[dict[str, Any]]:
    """What was recorded about a namespace instead of being sent."""
    asked = ("--shadow", "-n", story.namespace, "--limit", "100000", "-o", "json")
    listed = await call("deliveries", "list", "--store", str(story.store), *asked, within=MOMENT)
    return list(json.loads(listed.out))


async def recorded(story: Story) -> Counter[Told]:
    """The messages that were recorded about a namespace instead of being sent."""
    return Counter(map(argos.withheld, await withheld(story)))


def differing(ours: Counter[Any], theirs: Counter[Any]) -> list[object]:
    """What Argo or we have told more often than the other, but for the known differences."""
    sides = ((ours - theirs, WE_ALONE), (theirs - ours, ARGO_ALONE))
    return [one for more, known in sides for one in more if not re.search("|".join(known.values()), words(one))]


def words(told: Told | str) -> str:
    return (told.words if isinstance(told, Told) else told).lower()


async def agree(story: Story, argo: Argo, since: Counter[Told], ours: Callable[[], Awaitable[Counter[Told]]]) -> None:
    """Wait until what is ours is what Argo has told since some of it."""
    found: list[object] = []

    async def same() -> bool:
        nonlocal found
        found = differing(await ours(), argo.told(story.namespace) - since)
        return not found

    try:
        await until(same, MOMENT)
    except TimeoutError:
        raise AssertionError(f"Argo and we do not tell the same: {found}") from None


async def test_what_is_recorded_in_shadow_is_what_argo_sends(story: Story, argo: Argo, its_account: Path) -> None:
    await deploy(story, argo)
    told, counted = argo.told(story.namespace), await argo.counted(story.namespace)
    async with story.daemon(its_account, *SHADOW):
        await update(story, argo, "web:2")
        await story.argo("abort", "web")
        await story.degraded()
        await until(lambda: argo.has_said(story.namespace, "rollout-aborted", "degraded"), MOMENT)
        await story.rest()
        await agree(story, argo, told, partial(recorded, story))
    reasons = Counter(delivery["reason"] for delivery in await withheld(story) if "reason" in delivery)
    assert not differing(reasons, await argo.counted(story.namespace) - counted)
    assert not argo.told_by_us(story.namespace)
    assert rows("words").keys() >= WE_ALONE.keys() | ARGO_ALONE.keys()


async def test_a_namespace_is_switched_over_and_back_and_no_other(
    story: Story, neighbour: Story, argo: Argo, its_account: Path
) -> None:
    async def sent() -> Counter[Told]:
        return argo.told_by_us(story.namespace)

    async def recorded_anew() -> Counter[Told]:
        return await recorded(story) - first

    for one in (story, neighbour):
        await deploy(one, argo)
    before = {one: argo.told(one.namespace) for one in (story, neighbour)}
    async with story.daemon(its_account, *SHADOW):
        await update(story, argo, "web:2")
        await agree(story, argo, before[story], partial(recorded, story))
    first, told = await recorded(story), argo.told(story.namespace)
    async with story.daemon(its_account, *SHADOW, f"--shadow-except={story.namespace}"):
        await update(story, argo, "web:3")
        await update(neighbour, argo, "web:2")
        await agree(story, argo, told, sent)
        await agree(neighbour, argo, before[neighbour], partial(recorded, neighbour))
    assert await recorded(story) == first
    second, told = await sent(), argo.told(story.namespace)
    async with story.daemon(its_account, *SHADOW):
        await update(story, argo, "web:4")
        await agree(story, argo, told, recorded_anew)
    assert await sent() == second
    assert not argo.told_by_us(neighbour.namespace)
