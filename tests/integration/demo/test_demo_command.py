"""`rollouts-notifier demo`, as a script runs it and as Ctrl-C ends it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import aiohttp

from notifier.demo.catalogue import by_default, stories
from notifier.demo.stories import EMAIL, SLACK, WEBHOOK
from tests.integration.demo.running import demo

STORIES = by_default()
CANARY = stories()[STORIES[0].name]


async def test_every_story_tells_every_subscriber_its_reasons_in_argos_order_and_none_twice() -> None:
    async with demo("--exit", "--json", "--verbose", "--speed=50") as running:
        assert await running.ended() == 0
    *deliveries, summary = running.lines()
    for story, service in itertools.product(STORIES, (WEBHOOK, SLACK, EMAIL)):
        told = [d["reason"] for d in deliveries if (d["scenario"], d["service"]) == (story.name, service)]
        assert told == story.expected(service)
    assert len({d["key"] for d in deliveries}) == len(deliveries) == summary["delivered"] == summary["expected"]
    assert summary["scenarios"] == [story.name for story in STORIES]
    assert summary["missing"] == summary["unexpected"] == []
    _each_is_whole(deliveries)
    _all_say_the_same(deliveries)


def _each_is_whole(deliveries: list[dict[str, Any]]) -> None:
    by_service = {service: [d for d in deliveries if d["service"] == service] for service in (WEBHOOK, SLACK, EMAIL)}
    assert all(d["body"]["event"]["reason"] == d["reason"] for d in by_service[WEBHOOK])
    assert all(d["body"]["metadata"]["event_payload"]["key"] == d["key"] for d in by_service[SLACK])
    assert all(d["body"] == d["message"] for d in by_service[EMAIL])
    assert {d["channel"] for d in by_service[SLACK]} == {f"#{story.namespace}" for story in STORIES}
    assert {d["how"] for d in by_service[SLACK]} == {"new message", "reply, root updated"}
    assert {d["to"] for d in by_service[EMAIL]} == {f"release@{story.namespace}.example" for story in STORIES}


def _all_say_the_same(deliveries: list[dict[str, Any]]) -> None:
    """Whatever people read first, in Slack behind a sign, a request about the same said too."""
    said = {
        service: {_headline(d) for d in deliveries if d["service"] == service} for service in (WEBHOOK, SLACK, EMAIL)
    }
    assert said[SLACK] <= said[WEBHOOK]
    assert said[EMAIL] <= said[WEBHOOK]


def _headline(delivery: dict[str, Any]) -> tuple[str, str, str]:
    first = delivery.get("subject") or delivery["message"].partition("\n")[0]
    return delivery["scenario"], delivery["reason"], first.partition(" ")[2] if delivery["service"] == SLACK else first


async def test_a_message_that_arrives_twice_fails_the_demo() -> None:
    async with demo("--exit", "--speed=8", f"--scenario={CANARY.name}") as running:
        config = f"{await running.server()}/api/v1/namespaces/argo-rollouts/configmaps"
        key = (await running.until("Idempotency-Key")).split()[-1]
        async with aiohttp.ClientSession() as client:
            async with client.get(config) as answer:
                hook = re.search(r"http://[\w.:]+/hook", await answer.text())
            assert hook
            await client.post(hook[0], json={"message": "again"}, headers={"Idempotency-Key": key})
        assert await running.ended() == 1
    assert f"unexpected: RolloutUpdated of {CANARY.name} by webhook" in running.text
    assert "1/1 " in running.text


async def test_slack_and_mail_are_a_line_each_with_who_got_it_and_how_it_begins() -> None:
    async with demo(f"--scenario={CANARY.name}") as running:
        lines = [await running.said(who) for who in ("slack #shop ", "email release@shop.example ")]
    slack, mail = lines
    said = "prod-eu-1 shop/checkout: first deploy of .*"
    assert re.fullmatch(rf"\d\d:\d\d:\d\d   slack #shop +new message +🔵 {said}", slack)
    assert re.fullmatch(rf"\d\d:\d\d:\d\d   email release@shop\.example +{said}", mail)
    assert slack.index("🔵") == mail.index("prod-eu-1 ")


async def test_ctrl_c_after_the_last_story_ends_it_cleanly_and_leaves_nothing() -> None:
    async with demo("--speed=1000", f"--scenario={CANARY.name}") as running:
        listing = await running.until("--store ")
        store = Path(listing.partition("--store ")[2].strip())
        assert _is_there(store)
        running.interrupt()
        assert await running.ended(within=5) == 0
    assert not _is_there(store.parent)


async def test_ctrl_c_in_the_middle_of_a_story_is_as_clean() -> None:
    async with demo() as running:
        await running.until("Idempotency-Key")
        running.interrupt()
        assert await running.ended(within=5) == 0


def _is_there(path: Path) -> bool:
    return path.exists()
