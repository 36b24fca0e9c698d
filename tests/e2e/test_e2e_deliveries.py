"""`rollouts-notifier deliveries` on the store of a daemon that runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import yaml

from notifier.outbox.protocol import Unit
from notifier.sandbox.receivers import Reply
from tests.contract.outbox import samples, stores
from tests.e2e.program import Finished, Run, call, run
from tests.integration.daemon.stage import Stage, rollout, subscribed, until


async def deliveries(stage: Stage, *arguments: str) -> Finished:
    return await call("deliveries", *arguments, "--store", str(stage.store))


async def listed(stage: Stage, *arguments: str) -> list[dict[str, Any]]:
    finished = await deliveries(stage, "list", "-o", "json", *arguments)
    assert (finished.code, finished.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(finished.out)
    return found


async def dead_and_delivered(stage: Stage, daemon: Run) -> None:
    """Have `one` refuse what is said of web 1 and 2, and `two` take it."""
    await daemon.ready()
    stage.sink.reply(Reply(404, body=b"no such hook"), path="/one")
    stage.sink.reply(Reply(200, body=b"thanks"), path="/two")
    for mark in (1, 2):
        stage.put(rollout(mark=mark, annotations=subscribed("one", "two")))
        await stage.warned("could not be delivered to one", f"retry {2 * mark - 1}")
    await until(lambda: len(stage.told("two")) == 2)


async def test_deliveries_are_listed_shown_sent_again_and_dropped_while_the_daemon_runs(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"))
    async with run(stage) as daemon:
        await dead_and_delivered(stage, daemon)
        await check_list(stage)
        await check_show(stage)
        dropped, again = await deliveries(stage, "drop", "1"), await deliveries(stage, "drop", "1")
        assert (dropped.code, again.code) == (0, 1)
        assert "delivery 1 does not exist or is delivered or suppressed already" in again.err
        stage.sink.reply(Reply(200), path="/one")
        retried = await deliveries(stage, "retry", "3", "2", "99")
        assert retried.code == 1
        assert [line.split()[1] for line in retried.err.splitlines()] == ["2", "99"]
        assert retried.out == "1 will be sent again\n"
        assert (await deliveries(stage, "retry", "99")).out == ""
        await until(lambda: stage.told("one") == ["web 1", "web 2", "web 2"], within=8)
        assert await daemon.stop() == 0
    assert [row["id"] for row in await listed(stage, "--state", "suppressed")] == [1]


async def check_list(stage: Stage) -> None:
    rows = await listed(stage)
    assert {(row["id"], row["state"], row["service"]) for row in rows} == {
        (1, "dead", "one"),
        (2, "delivered", "two"),
        (3, "dead", "one"),
        (4, "delivered", "two"),
    }
    assert [row["id"] for row in rows] == [4, 3, 2, 1]
    assert [row["id"] for row in await listed(stage, "--state", "dead", "--limit", "1")] == [3]
    assert await listed(stage, "-n", "elsewhere") == []
    heading, *lines = (await deliveries(stage, "list", "--service", "one")).out.splitlines()
    assert heading.split()[:4] == ["ID", "STATE", "ROLLOUT", "TRIGGER"]
    assert [line.split()[:5] for line in lines] == [[n, "dead", "shop/web", "on-mark", "one"] for n in ("3", "1")]


async def check_show(stage: Stage) -> None:
    shown = await deliveries(stage, "show", "1", "-o", "yaml")
    delivery = yaml.safe_load(shown.out)
    assert delivery["message"] == {"message": "web 1"}
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("dead", "404", 1)
    assert "no such hook" in delivery["why"]
    assert not delivery.keys() & {"due", "answer"}
    taken = yaml.safe_load((await deliveries(stage, "show", "2")).out)
    assert "why" not in taken
    assert (taken["state"], taken["answer"]) == ("delivered", "thanks")
    assert delivery["key"] == stage.keys("one")[0]
    assert json.loads((await deliveries(stage, "show", "1", "-o", "json")).out)["id"] == 1
    missing = await deliveries(stage, "show", "99")
    assert (missing.code, missing.out) == (1, "")
    assert "there is no delivery 99" in missing.err


async def test_a_mail_is_shown_for_reading_and_whole_as_json(tmp_path: Path) -> None:
    body = {"subject": "web", "html": "<p>one</p>\n<p>two</p>"}
    message = msgspec.json.encode({"message": "one 🚀\ntwo", "body": body})
    async with stores.sqlite(tmp_path) as outbox:
        await outbox.commit([Unit((), (), [samples.delivery("key", message=message)])], samples.NOW)
    show = ("deliveries", "show", "1", "--store", str(tmp_path / stores.FILE))
    readable, whole = (await call(*show)).out, json.loads((await call(*show, "-o", "json")).out)
    assert "  message: |-\n    one 🚀\n    two\n" in readable
    assert yaml.safe_load(readable)["message"]["body"] == {"subject": "web"}
    assert whole["message"]["body"] == body
    assert "due" in whole


async def test_the_help_of_deliveries_cuts_nothing() -> None:
    shown = (await call("deliveries", "--help")).out
    assert [name for name in ("drop", "list", "retry", "show") if f"\n  {name} " not in shown] == []
    assert [line for line in shown.splitlines()[1:] if line.endswith("...")] == []


async def test_all_that_is_dead_is_sent_again_by_one_command(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"))
    async with run(stage) as daemon:
        await dead_and_delivered(stage, daemon)
        stage.sink.reply(Reply(200), path="/one")
        elsewhere = await deliveries(stage, "retry", "--dead", "-n", "elsewhere")
        assert (elsewhere.code, elsewhere.out) == (0, "0 will be sent again\n")
        retried = await deliveries(stage, "retry", "--dead", "--service", "one")
        assert (retried.code, retried.out) == (0, "2 will be sent again\n")
        await until(lambda: stage.told("one") == ["web 1", "web 2", "web 1", "web 2"], within=8)
        assert await daemon.stop() == 0
    assert await listed(stage, "--state", "dead") == []


async def test_wrong_use_of_deliveries_exits_with_two(stage: Stage) -> None:
    for arguments in ((), ("1", "--dead")):
        assert (await deliveries(stage, "retry", *arguments)).code == 2
    for wrong in (("list", "--state", "lost"), ("show", "1", "-o", "table")):
        assert (await deliveries(stage, *wrong)).code == 2
    assert not stage.store.exists()
