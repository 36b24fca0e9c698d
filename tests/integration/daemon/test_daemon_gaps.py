"""Whatever happens to the connection to the cluster: nothing is lost and nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import time

import pytest

from notifier.sandbox.faults import HTML, Answer, Faults
from notifier.sandbox.kinds import ROLLOUTS
from notifier.sandbox.player import load, play, recast, retime
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from tests.integration.daemon.stage import Stage, rollout, subscribed, until

RECORDING = Path(__file__).parents[2] / "recordings" / "s001-basic-canary-narrative.jsonl.gz"
STEP_ONE, COMPLETED = 46, 116
"""Lines of the recording before which revision 2 pauses at its first step, and before which it is completed."""
UNAVAILABLE = Answer(503, {}, HTML)

pytestmark = pytest.mark.usefixtures("hurried")


def marked(mark: object, name: str = "web") -> dict[str, object]:
    return rollout(name, mark=mark, annotations=subscribed("one"))


async def test_a_completion_in_a_gap_that_no_watch_can_resume_is_told_exactly_once(stage: Stage) -> None:
    triggers = "- recipients: [one]\n  triggers: [on-rollout-completed, on-rollout-paused]\n"
    stage.configure(stage.services("one"), {"subscriptions": triggers})
    lines = list(retime(recast(load(RECORDING), drop_subscriptions=True), start=time()))
    async with stage.ready() as running:
        await play(stage.api.store, lines[:STEP_ONE])
        await running.settled()
        stage.api.faults.answer(ROLLOUTS, UNAVAILABLE, times=2)
        stage.api.faults.cut(ROLLOUTS)
        await play(stage.api.store, lines[STEP_ONE:COMPLETED])
        stage.api.faults.compact()
        await running.caught_up()
        told = [(row.reason, row.revision) for row in await running.rows() if row.service == "one"]
        assert running.metric("watch_restarts_total", kind="Rollout", reason="expired") == 1
        assert told == [("RolloutCompleted", "1"), ("RolloutPaused", "2"), ("RolloutCompleted", "2")]
        assert len(stage.keys("one")) == len(set(stage.keys("one"))) == len(told)


async def test_an_outage_of_the_api_server_loses_nothing(tmp_path: Path) -> None:
    async with WebhookSink() as sink, AsyncExitStack() as until_the_end:
        async with ApiServer() as first:
            stage = Stage(tmp_path, first, sink)
            stage.configure(stage.services("one"))
            stage.put(marked(1))
            running = await until_the_end.enter_async_context(stage.ready())
            port = int(first.url.rpartition(":")[2])
        await until(lambda: running.metric("watch_restarts_total", kind="Rollout", reason="cut") >= 1)
        stage.put(marked(2), marked(3), marked(1, "fresh"))
        assert (await running.get("/healthz"))[0] == 200
        async with ApiServer(first.store, port=port):
            await running.caught_up()
            assert [told for told in stage.told("one") if told != "fresh 1"] == ["web 2", "web 3"]
            assert stage.told("one").count("fresh 1") == 1
            await until_the_end.aclose()


BREAKS: dict[str, Callable[[Faults], None]] = {
    "cut": lambda faults: faults.cut(ROLLOUTS, after=1),
    "cut in the middle of a line": lambda faults: faults.cut_mid_line(ROLLOUTS, after=1),
    "silent": lambda faults: faults.silence(ROLLOUTS, after=1),
}


@pytest.mark.parametrize("how", BREAKS)
async def test_a_watch_that_breaks_is_resumed_where_it_stopped(stage: Stage, how: str) -> None:
    stage.configure(stage.services("one"))
    async with stage.ready() as running:
        BREAKS[how](stage.api.faults)
        stage.put(*(marked(number) for number in range(1, 6)))
        await running.caught_up()
        assert stage.told("one") == [f"web {number}" for number in range(1, 6)]
        assert sum(running.metric("watch_restarts_total", kind="Rollout", reason=r) for r in ("cut", "timeout")) >= 1


async def test_a_watch_that_expires_goes_on_from_what_is_now(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.put(marked(0))
    async with stage.ready() as running:
        stage.api.faults.expire(ROLLOUTS, after=1)
        stage.put(*(marked(number) for number in range(1, 6)))
        await running.caught_up()
        assert stage.told("one") == ["web 1", "web 5"]
