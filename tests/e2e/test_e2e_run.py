"""`rollouts-notifier run` stops, dies and starts again without losing anything."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from signal import SIGINT, SIGKILL, SIGTERM
from time import monotonic

import pytest
import yaml

from notifier.model import Object
from notifier.sandbox.receivers import Manner, Reply
from tests.e2e.program import call, place, run
from tests.integration.daemon.stage import KEY, Stage, rollout, subscribed, until

LASTS = 0.5
"""Seconds that the slow receiver takes: less than the grace period, longer than all else that stopping needs."""


async def test_a_daemon_told_to_stop_waits_for_what_is_under_way_and_leaves_the_rest(stage: Stage) -> None:
    stage.configure(stage.services("one", more=""))
    stage.sink.reply(Reply(delay=LASTS), path="/one")
    async with run(stage, "--shutdown-grace", "10s") as daemon:
        await daemon.ready()
        for mark in (1, 2):
            stage.put(*(rollout(f"web-{n}", mark=mark, annotations=subscribed("one")) for n in range(40)))
        await stage.sink.wait_for(1)
        began = monotonic()
        assert await daemon.stop(SIGTERM) == 0
        assert monotonic() - began < 8
    told = len(stage.requests("one"))
    assert 0 < told < 80
    stage.sink.reply(Reply(), path="/one")
    async with run(stage) as daemon:
        await until(lambda: len(stage.requests("one")) >= 80, within=20)
        assert await daemon.stop() == 0
    assert sorted(stage.told("one")) == sorted(f"web-{n} {mark}" for n in range(40) for mark in (1, 2))
    assert len(set(stage.keys("one"))) == 80


async def test_a_receiver_that_hangs_does_not_keep_a_daemon_from_stopping(stage: Stage) -> None:
    stage.configure(stage.services("one", more="timeout: 60"))
    stage.sink.reply(Reply(manner=Manner.NEVER), path="/one", times=1)
    async with run(stage, "--shutdown-grace", "1s") as daemon:
        await daemon.ready()
        stage.put(rollout(mark=1, annotations=subscribed("one")))
        await stage.sink.wait_for(1)
        began = monotonic()
        assert await daemon.stop(SIGINT) == 0
        assert monotonic() - began < 10
    async with run(stage) as daemon:
        await stage.sink.wait_for(2, within=20)
        assert await daemon.stop() == 0
    assert stage.told("one") == ["web 1", "web 1"]
    assert len(set(stage.keys("one"))) == 1


async def test_a_daemon_killed_again_and_again_tells_everything_and_doubles_under_one_key_only(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"))
    dice = Random(20261121)  # noqa: S311  # it only picks the moments to kill at
    async with run(stage) as daemon:
        await daemon.ready()
    for kill in range(4):
        async with run(stage) as daemon:
            create(stage, f"early-{kill}")
            await stage.sink.wait_for(len(stage.sink.requests) + 1, within=20)
            create(stage, f"late-{kill}")
            await stage.sink.wait_for(len(stage.sink.requests) + dice.randrange(60), within=20)
            assert await daemon.stop(SIGKILL) == -SIGKILL
    async with run(stage) as daemon:
        names = [f"{when}-{kill}-{number}" for when in ("early", "late") for kill in range(4) for number in range(30)]
        expected = {(service, f"{name} 1") for name in names for service in ("one", "two")}
        await until(lambda: told(stage).keys() >= expected, within=20)
        assert await daemon.stop() == 0
    assert told(stage).keys() == expected
    assert all(len(keys) == 1 for keys in told(stage).values())


def create(stage: Stage, name: str) -> None:
    """Thirty Rollouts."""
    stage.put(*(rollout(f"{name}-{n}", mark=1, annotations=subscribed("one", "two")) for n in range(30)))


def told(stage: Stage) -> dict[tuple[str, str], set[str]]:
    """The keys under which each message has come in."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for request in stage.sink.requests:
        found[request.path.strip("/"), request.body.decode()].add(request.headers[KEY])
    return found


async def test_configuration_from_files_is_as_good_as_from_the_cluster(stage: Stage) -> None:
    stage.secret(token="t0ken")
    stage.configure(stage.services("one", more="headers: {X-Token: $token}"))
    options = write_down(stage, "config-map", stage.config_map()) + write_down(stage, "secret", stage.get_secret())
    stage.configure()
    async with run(stage, *options) as daemon:
        await daemon.ready()
        stage.put(rollout(mark=1, annotations=subscribed("one")))
        (request,) = await stage.sink.wait_for(1)
        assert request.headers["X-Token"] == "t0ken"
        assert await daemon.stop() == 0


def write_down(stage: Stage, option: str, obj: Object) -> tuple[str, str]:
    """An option that names a file with an object."""
    file = stage.folder / f"{option}.yaml"
    file.write_text(yaml.safe_dump(obj))
    return f"--{option}", str(file)


async def test_a_configuration_file_that_is_none_is_said_in_a_line(stage: Stage) -> None:
    options = write_down(stage, "config-map", {"kind": "Something"})
    finished = await call(*place(stage), *options)
    assert finished.code == 1
    assert f"Error: {options[1]} holds no ConfigMap" in finished.err
    assert "Traceback" not in finished.err


async def test_help_names_every_variable_of_the_environment() -> None:
    finished = await call("run", "--help")
    assert finished.code == 0
    for name in ("SERVER", "STORE", "NAMESPACES", "RETRY_HORIZON", "SHUTDOWN_GRACE", "LOG_LEVEL"):
        assert f"ROLLOUTS_NOTIFIER_{name}" in finished.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("run", "--retry-horizon", "soon"), "'soon' is not a duration"),
        (("walk",), "walk"),
        (("deliveries", "list", "--store", "nowhere.db"), "there is no store nowhere.db"),
        (("replay", "nowhere.jsonl"), "nowhere.jsonl"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else None,
)
async def test_wrong_use_exits_with_two_and_says_why(arguments: tuple[str, ...], named: str) -> None:
    finished = await call(*arguments)
    assert (finished.code, finished.out) == (2, "")
    assert named in finished.err


async def test_a_store_that_is_none_is_said_in_a_line(stage: Stage) -> None:
    stage.store.write_text("this is no database, and long enough to be seen as none\n" * 20)
    finished = await call(*place(stage))
    assert finished.code == 1
    assert f"Error: the store {stage.store} cannot be opened" in finished.err
    assert "Traceback" not in finished.err
