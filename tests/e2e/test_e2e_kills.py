"""Recordings are played to Slack, mail and a webhook while the daemon is killed at random moments."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import NamedTuple

import msgspec
import pytest

from notifier.config.load import Source, load
from notifier.directory import CHECKS
from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.reasons import STATE_REASONS, trigger_name
from notifier.replay import Replay
from notifier.sandbox import player
from notifier.sandbox.mail import MailSink
from notifier.sandbox.player import Line
from notifier.sandbox.slack import SlackWorkspace
from tests.e2e.program import run
from tests.integration.daemon.stage import KEY, Stage, until

RECORDINGS = Path(__file__).parents[1] / "recordings"
CHANNELS = ("begun", "going", "over")
KILLS = 5


class Receivers(NamedTuple):
    """Everybody who is told."""

    stage: Stage
    slack: SlackWorkspace
    mail: MailSink

    def told(self) -> Counter[tuple[str, str]]:
        """How often each service was given each key."""
        return Counter(
            [
                *(("hook", request.headers[KEY]) for request in self.stage.sink.requests),
                *(("slack", str(message.key)) for message in self.slack.messages),
                *(("email", mail.key) for mail in self.mail.mails),
            ]
        )

    def config(self) -> dict[str, str]:
        """The ConfigMap's entries."""
        return {
            "service.webhook.hook": f"url: {self.stage.sink.url}/hook\n",
            "service.slack": f"token: {self.slack.token}\napiURL: {self.slack.api_url}\n",
            "service.email": f"host: 127.0.0.1\nport: {self.mail.port}\nfrom: deploys@example.com\n",
        }


@pytest.fixture
async def receivers(stage: Stage) -> AsyncIterator[Receivers]:
    async with SlackWorkspace(*CHANNELS) as slack, MailSink() as mail:
        yield Receivers(stage, slack, mail)


def everything() -> dict[str, str]:
    """Everything is told to everybody, to Slack in one of three channels, as each takes one message a second."""
    return {
        f"{ANNOTATION_PREFIX}subscribe.{trigger_name(reason)}.{service}": recipient
        for number, reason in enumerate(STATE_REASONS)
        for service, recipient in (("hook", ""), ("email", "a@example.com"), ("slack", CHANNELS[number % 3]))
    }


def lines(recording: str) -> list[Line]:
    """A recording of what is happening now."""
    states = (line for line in player.load(RECORDINGS / f"{recording}.jsonl.gz") if line.object["kind"] != Kind.EVENT)
    cast = player.recast(states, namespace="shop", annotate=everything(), drop_subscriptions=True)
    return list(player.retime(cast, start=time.time()))


async def expected(played: list[Line], config: dict[str, str]) -> set[tuple[str, str]]:
    """The keys that a daemon which is left alone tells each service."""
    outbox = SqliteOutbox.open(":memory:")
    pipeline = Pipeline(load(Source("ConfigMap", config), {}, CHECKS))
    told = Replay(outbox, pipeline).run(msgspec.json.encode(line._asdict()) for line in played)
    found = {(note.delivery.service, note.delivery.key) async for one in told for note in one.notes}
    await outbox.close()
    return found


@asynccontextmanager
async def playing(stage: Stage, played: Iterator[Line], may_go_on: asyncio.Event) -> AsyncIterator[asyncio.Task[None]]:
    """Plays on whenever it may: what happens while nobody looks would be told as one event, and rightly so."""

    async def play() -> None:
        for line in played:
            await may_go_on.wait()
            await player.play(stage.api.store, [line._replace(ts="")])
            await asyncio.sleep(0.01)

    task = asyncio.create_task(play())
    yield task
    await task


def _heard(receivers: Receivers, enough: int, play: asyncio.Task[None]) -> bool:
    return receivers.told().total() >= enough or play.done()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("recording", ["s002-2-2-3-undo-abort", "s002-2-2-1-bluegreen"])
async def test_nothing_is_lost_and_doubles_keep_their_key_though_the_daemon_is_killed(
    receivers: Receivers, recording: str
) -> None:
    stage, played = receivers.stage, lines(recording)
    stage.configure(receivers.config())
    wanted = await expected(played, receivers.config())
    dice, may_go_on = Random(recording), asyncio.Event()  # noqa: S311  # it only picks the moments to kill at
    async with run(stage) as daemon:
        await daemon.ready()
    async with playing(stage, iter(played), may_go_on) as play:
        for _ in range(KILLS):
            async with run(stage) as daemon:
                await daemon.ready()
                may_go_on.set()
                enough = receivers.told().total() + dice.randrange(2, 2 * len(wanted) // KILLS)
                await until(partial(_heard, receivers, enough, play), within=30)
                may_go_on.clear()
                assert await daemon.stop(SIGKILL) == -SIGKILL
        async with run(stage) as daemon:
            await daemon.ready()
            may_go_on.set()
            await until(lambda: receivers.told().keys() >= wanted, within=60)
            assert await daemon.stop() == 0
    assert receivers.told().keys() == wanted
    assert receivers.told().total() - len(wanted) <= 3 * KILLS
