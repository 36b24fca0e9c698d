"""A33: at log level debug, nothing that a receiver, a person or a machine may read holds a secret."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from notifier.redaction import MASK
from notifier.sandbox.kinds import EVENTS
from notifier.sandbox.mail import MailSink, Reply as MailReply, Stage as MailStage
from notifier.sandbox.receivers import Reply, WebhookSink
from notifier.sandbox.slack import SlackWorkspace
from tests.acceptance.company import Company, annotated, company, entry
from tests.e2e.program import Run, call, run
from tests.integration.daemon.stage import rollout, until

NAMES = ("url", "header", "basic", "signing", "token", "other", "password", "shown")
SECRETS = {name: f"canary-{name}-4711" for name in NAMES}
ECHO = " ".join(SECRETS.values()).encode()
"""What a receiver says that shows whatever it was told."""

SHOWN = "{{ secrets.shown }}"
SHOWS = {
    "message": SHOWN,
    "webhook": {"*": {"headers": {"X-Shown": SHOWN}, "body": {"shown": SHOWN}}},
    "slack": {"text": SHOWN},
    "email": {"subject": SHOWN, "body": SHOWN},
}
BROKEN: dict[str, object] = {"url": "ftp://$header@host/$url"}
TAKEN = ("hook", "chat", "post")
BAD = ("bad-hook", "bad-chat", "bad-post", "wrong-chat")
"""Services that refuse for good, three of them after an error that passes, saying all that they know."""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Company]:
    async with company(tmp_path) as made:
        made.secret(**SECRETS)
        made.slack.token, made.mail.login = SECRETS["token"], ("notifier", SECRETS["password"])
        made.sink.reply(Reply(body=ECHO))
        made.mail.reply(MailStage.END, f"250 {ECHO.decode()}")
        yield made


@pytest.fixture
async def bad_hook() -> AsyncIterator[WebhookSink]:
    async with WebhookSink() as sink:
        sink.reply(Reply(404, body=ECHO))
        sink.reply(Reply(500, body=ECHO), times=1)
        yield sink


@pytest.fixture
async def bad_slack() -> AsyncIterator[SlackWorkspace]:
    async with SlackWorkspace() as workspace:
        said = {"ok": False, "error": "missing_scope", "needed": ECHO.decode(), "provided": ECHO.decode()}
        workspace.reply(Reply(headers={"Content-Type": "application/json"}, body=msgspec.json.encode(said)))
        workspace.reply(Reply(500, body=ECHO), times=1)
        yield workspace


@pytest.fixture
async def bad_mail() -> AsyncIterator[MailSink]:
    async with MailSink(login=("notifier", SECRETS["password"])) as sink:
        sink.reply(MailStage.END, MailReply(f"550 5.7.1 {ECHO.decode()}"))
        sink.reply(MailStage.END, MailReply(f"451 4.7.1 {ECHO.decode()}"), times=1)
        yield sink


def hook(sink: WebhookSink) -> dict[str, object]:
    """A webhook that needs every secret that there can be."""
    return {
        "url": f"{sink.url}/$url?key=$url",
        "headers": [{"name": "X-Token", "value": "$header"}],
        "basicAuth": {"username": "notifier", "password": "$basic"},
        "secret": "$signing",
        "hmacHeader": "X-Signature",
    }


def chat(workspace: SlackWorkspace, key: str) -> dict[str, object]:
    """A Slack app with a token of the Secret's."""
    return {"token": f"${key}", "apiURL": workspace.api_url}


def post(sink: MailSink) -> dict[str, object]:
    """A mail server."""
    login = {"username": "notifier", "password": "$password", "tls": "none"}
    return {"host": "127.0.0.1", "port": sink.port, "from": "notifier@shop.example", **login}


async def test_a33_no_secret_is_in_logs_errors_events_history_metrics_or_readiness(
    shop: Company, bad_hook: WebhookSink, bad_slack: SlackWorkspace, bad_mail: MailSink
) -> None:
    hooks = {"hook": hook(shop.sink), "bad-hook": hook(bad_hook), "broken": BROKEN}
    chats = {
        "chat": chat(shop.slack, "token"),
        "bad-chat": chat(bad_slack, "token"),
        "wrong-chat": chat(shop.slack, "other"),
    }
    posts = {"post": post(shop.mail), "bad-post": post(bad_mail)}
    types = {"webhook": hooks, "slack": chats, "email": posts}
    services = [entry(f"service.{t}.{name}", how) for t, some in types.items() for name, how in some.items()]
    shop.configure(*services, entry("template.mark", SHOWS))
    async with run(shop, "--log-level", "debug") as daemon:
        await daemon.ready()
        everybody = [*hooks, *(f"{name}:deploys" for name in chats), *(f"{name}:team@shop.example" for name in posts)]
        shop.put(rollout(mark=1, annotations=annotated(everybody, ["on-mark"])))
        failed = [await shop.warned(f"could not be delivered to {name}") for name in BAD]
        await shop.warned("service.webhook.broken")
        await until(lambda: {line.get("service") for line in daemon.log if line["event"] == "settled"} >= set(TAKEN))
        pages = [page async for page in shown(shop, daemon)]
        assert await daemon.stop() == 0
    assert_arrived(shop)
    pages += [json.dumps(line) for line in daemon.log]
    pages += [msgspec.json.encode(event.decode()).decode() for event in shop.api.store.items(EVENTS)]
    pages += [file.read_bytes().decode(errors="replace") for file in shop.folder.iterdir()]
    assert [page for page in pages for text in spellings() if text in page] == []
    assert [MASK in event["message"] for event in failed] == [True, True, True, False]
    assert {line["service"] for line in daemon.log if line["event"] == "attempt failed"} == set(BAD)
    assert {line["level"] for line in daemon.log} >= {"debug", "info", "warning", "error"}


async def shown(shop: Company, daemon: Run) -> AsyncIterator[str]:
    """What the daemon's pages say, and what commands print of its history."""
    for path in ("/metrics", "/readyz?verbose", "/healthz"):
        yield await daemon.get(path)
    listed = await call("deliveries", "list", "--store", str(shop.store))
    yield listed.out + listed.err
    printed = await call("deliveries", "show", "1", "--store", str(shop.store))
    assert (printed.code, listed.code) == (0, 0)
    yield printed.out + printed.err


def assert_arrived(shop: Company) -> None:
    """The secrets were used, each where it belongs."""
    (request,), (posted,), (mail,) = shop.sink.requests, shop.slack.messages, shop.mail.mails
    assert request.path == f"/{SECRETS['url']}"
    assert request.query["key"] == SECRETS["url"]
    assert request.headers["X-Token"] == SECRETS["header"]
    assert request.headers["X-Shown"] == request.json()["shown"] == posted.text == SECRETS["shown"]
    assert mail.message["Subject"] == mail.text.strip() == SECRETS["shown"]
    assert base64.b64decode(request.headers["Authorization"].split()[1]).decode() == f"notifier:{SECRETS['basic']}"


def spellings() -> Iterator[str]:
    """Every secret, as it is and in the forms in which it is sent."""
    for value in SECRETS.values():
        for form in (value, f"notifier:{value}", f"\0notifier\0{value}"):
            yield form
            yield base64.b64encode(form.encode()).decode()
