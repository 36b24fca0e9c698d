"""What arrives, as the demo's receivers see it; real services send it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from notifier.demo.arrivals import Arrival, mails, posts, requests
from notifier.model import Letter, Message
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.serving import HOST
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import Pace
from notifier.services import http
from notifier.services.email import Email
from notifier.services.slack import Slack


async def first(arrivals: AsyncIterator[Arrival], count: int = 1) -> list[Arrival]:
    async with asyncio.timeout(5):
        return [await anext(arrivals) for _ in range(count)]


def letter(to: str, key: str, root: str = "", **section: str) -> Letter:
    return Letter(to, Message(f"*{key}* &lt;1>\nand more", section, "thread"), key, 0.0, 1, root=root)


@pytest.mark.parametrize("body", ["plain", "[1]", '{"message": null}'])
async def test_a_body_that_is_not_as_the_catalogue_makes_it_is_all_text(body: str) -> None:
    async with WebhookSink() as sink, aiohttp.ClientSession() as client:
        await client.post(f"{sink.url}/hook", data=body)
        (one,) = await first(requests(sink))
    assert one.text == one.body == body
    assert one.details == {"severity": "", "method": "POST", "path": "/hook"}


async def test_slack_says_where_a_message_is_and_how_it_got_there() -> None:
    async with SlackWorkspace("shop", "web", pace=Pace(burst=5)) as workspace, http.connect({}) as client:
        slack = Slack.from_config({"token": workspace.token, "apiURL": workspace.api_url}, client, frozenset())
        root = (await slack.send(letter("#shop", "a"))).root
        await slack.send(letter("#shop", "b", root))
        await slack.send(letter("#shop", "c", root, deliveryPolicy="Update"))
        await slack.send(letter("web", "d", deliveryPolicy="PostAndUpdate"))
        await slack.send(letter("#shop", "e", root, deliveryPolicy="PostAndUpdate"))
        await slack.send(letter("#shop", "f", root))
        arrived = await first(posts(workspace), 6)
    assert [(one.key, one.details["channel"], one.details["how"]) for one in arrived] == [
        ("a", "#shop", "new message"),
        ("b", "#shop", "reply in thread"),
        ("c", "#shop", "root updated"),
        ("d", "#web", "new message"),
        ("e", "#shop", "reply, root updated"),
        ("f", "#shop", "reply in thread"),
    ]
    assert arrived[0].text == "*a* <1>\nand more"


async def test_what_slack_refuses_has_not_arrived() -> None:
    async with SlackWorkspace("shop") as workspace, http.connect({}) as client:
        slack = Slack.from_config({"token": workspace.token, "apiURL": workspace.api_url}, client, frozenset())
        workspace.refuse("fatal_error", times=1)
        with pytest.raises(Exception, match="fatal_error"):
            await slack.send(letter("shop", "a"))
        await slack.send(letter("shop", "b"))
        (one,) = await first(posts(workspace))
    assert one.key == "b"


async def test_a_mail_says_who_gets_it_and_what_it_is_about() -> None:
    async with MailSink() as sink, http.connect({}) as client:
        config = {"host": HOST, "port": sink.port, "from": "rollouts@shop.example"}
        email = Email.from_config(config, client, frozenset())
        await email.send(letter("a@shop.example, b@shop.example", "k", subject="Größe: fertig"))
        await email.close()
        (one,) = await first(mails(sink))
    assert (one.key, one.text) == ("k", "*k* &lt;1>\nand more\n")
    assert one.details == {"to": "a@shop.example, b@shop.example", "subject": "Größe: fertig"}
