"""What the cluster does not have or does not allow is named by readiness, hinders nothing else, and may come later."""

from __future__ import annotations

import pytest

from notifier.kube.resources import WATCHED
from notifier.sandbox.access import Access
from notifier.sandbox.kinds import CONFIG_MAPS, EVENTS, EXPERIMENTS, ROLLOUTS, SECRETS, Resource
from tests.integration.daemon.stage import Running, Stage, rollout, subscribed, until

VERBOSE = "/readyz?verbose"
NEEDED = "the service account needs list and watch"
REASONS = {"missing": "not-found", "forbidden": "forbidden"}

pytestmark = pytest.mark.usefixtures("hurried")


def take_away(access: Access, resource: Resource, how: str) -> None:
    if how == "missing":
        access.missing.add(resource)
    else:
        access.forbidden.add(("*", resource))


def give_back(access: Access) -> None:
    access.missing.clear()
    access.forbidden.clear()


async def lacks(running: Running, *problems: str) -> None:
    """Wait until readiness lists just these problems."""

    async def only_these() -> bool:
        return [line for line in (await running.get(VERBOSE))[1].splitlines() if line.startswith("[-]")] == [*problems]

    await until(only_these)


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ("missing", "the CRD experiments.argoproj.io is not installed"),
        ("forbidden", f"not allowed to list experiments.argoproj.io in all namespaces; {NEEDED}"),
    ],
)
async def test_a_kind_that_cannot_be_read_is_named_and_the_others_are_told(
    stage: Stage, how: str, problem: str
) -> None:
    take_away(stage.api.access, EXPERIMENTS, how)
    stage.configure(stage.services("one"))
    async with stage.daemon() as running:
        await lacks(running, f"[-] experiments: Experiment: {problem}")
        assert await running.get("/readyz") == (503, f"experiments: Experiment: {problem}\n")
        assert "[+] rollouts ok" in (await running.get(VERBOSE))[1]
        stage.put(rollout(mark=1, annotations=subscribed("one")))
        await stage.sink.wait_for(1)
        give_back(stage.api.access)
        await running.ready()


@pytest.mark.parametrize("how", ["missing", "forbidden"])
async def test_rollouts_that_were_there_before_their_kind_could_be_read_are_learned_silently(
    stage: Stage, how: str
) -> None:
    take_away(stage.api.access, ROLLOUTS, how)
    stage.configure(stage.services("one"))
    stage.put(rollout("old", mark=1, annotations=subscribed("one")))
    async with stage.daemon() as running:
        await until(lambda: running.metric("watch_restarts_total", kind="Rollout", reason=REASONS[how]) >= 2)
        give_back(stage.api.access)
        await running.ready()
        stage.put(rollout("old", mark=2, annotations=subscribed("one")))
        await running.settled()
        assert stage.told("one") == ["old 2"]


@pytest.mark.parametrize("resource", [CONFIG_MAPS, SECRETS], ids=str)
async def test_nothing_is_taken_in_before_the_configuration_may_be_read(stage: Stage, resource: Resource) -> None:
    take_away(stage.api.access, resource, "forbidden")
    stage.configure(stage.services("one"))
    async with stage.daemon() as running:
        problem = f"not allowed to list {resource.plural} in namespace argo-rollouts; {NEEDED}"
        unlisted = [f"[-] {kind.plural}: not listed yet" for kind in WATCHED]
        await lacks(running, f"[-] configuration: {resource.kind}: {problem}", *unlisted)
        give_back(stage.api.access)
        await running.ready()
        stage.put(rollout(mark=1, annotations=subscribed("one")))
        await running.settled()
        assert stage.told("one") == ["web 1"]


async def test_a_daemon_that_may_not_write_events_goes_on(stage: Stage) -> None:
    stage.api.access.forbidden.add(("create", EVENTS))
    stage.configure(stage.services("one"))
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=subscribed("one", "nobody")))
        await stage.api.wait_for_calls("create", EVENTS)
        stage.put(rollout(mark=2, annotations=subscribed("one", "nobody")))
        await running.settled()
        assert stage.told("one") == ["web 1", "web 2"]
        assert stage.warnings() == []


async def test_without_any_configuration_what_nobody_can_carry_is_kept_and_says_so(stage: Stage) -> None:
    created = subscribed("one", trigger="on-rollout-created")
    async with stage.ready() as running:
        stage.put(rollout("early", annotations=created))
        await running.settled()
        assert [(row.state, row.why) for row in await running.rows()] == [("suppressed", "unknown service: one")]
        stage.configure(stage.services("one"))
        await running.caught_up()
        stage.put(rollout("late", annotations=created))
        await running.settled()
        assert [row.name for row in await running.rows() if row.status == "200"][-1] == "late"


async def test_a_cluster_that_cannot_be_reached_is_waited_for(stage: Stage) -> None:
    async with stage.daemon(server="http://127.0.0.1:9") as running:
        await until(lambda: running.daemon._configured.not_ready() not in ("", "not listed yet"))
        status, page = await running.get("/readyz")
        assert status == 503
        assert page.startswith("configuration: ConfigMap: ")
