"""A secret is nowhere but in the request it is for."""

from __future__ import annotations

import base64
import json

import msgspec

from notifier.sandbox.kinds import EVENTS
from notifier.sandbox.receivers import Reply
from tests.e2e.program import call, run
from tests.integration.daemon.stage import Stage, rollout, subscribed, until

TOKEN, PATH, PASSWORD, SIGNED, SHOWN = (f"canary-{word}-4711" for word in ("token", "path", "pass", "sign", "shown"))
CANARIES = {"token": TOKEN, "path": PATH, "password": PASSWORD, "signed": SIGNED, "shown": SHOWN}
SERVICE = """
url: {url}/{name}/$path?key=$token
timeout: 0.5
headers: [{{name: X-Token, value: $token}}]
basicAuth: {{username: user, password: $password}}
secret: $signed
"""
TEMPLATE = {
    "template.mark": "message: '{{ secrets.shown }}'\n"
    "webhook:\n"
    "  '*':\n"
    "    path: '{{ rollout.metadata.labels.mark }}'\n"
    "    headers: {X-Shown: \"{{ secrets['shown'] }}\"}\n"
    "    body: {shown: '{{ secrets.shown }}', mark: '{{ rollout.metadata.labels.mark }}'}\n",
}
ECHO = b'{"error": "bad credentials: %s"}' % " ".join(CANARIES.values()).encode()
NAMES = ("taken", "refused", "failing", "deaf")


def services(stage: Stage) -> dict[str, str]:
    """A webhook that works, one that refuses and one that fails, both echoing what they know, and one that is not."""
    urls = dict.fromkeys(NAMES, stage.sink.url) | {"deaf": "http://127.0.0.1:9"}
    return {f"service.webhook.{name}": SERVICE.format(url=url, name=name) for name, url in urls.items()}


async def test_no_canary_is_in_logs_events_rows_metrics_or_readiness(stage: Stage) -> None:
    stage.secret(**CANARIES)
    stage.configure(services(stage), TEMPLATE, {"service.webhook.broken": "url: ftp://$token@host/$path\n"})
    stage.sink.reply(Reply(404, body=ECHO), path=f"/refused/{PATH}/1")
    stage.sink.reply(Reply(500, body=ECHO), path=f"/failing/{PATH}/1")
    pages = []
    async with run(stage, "--log-level", "debug") as daemon:
        await daemon.ready()
        stage.put(rollout(mark=1, annotations=subscribed(*NAMES, "broken")))
        await stage.warned("could not be delivered to refused")
        await stage.warned("service.webhook.broken")
        await until(
            lambda: {line.get("service") for line in daemon.log if line["event"] == "attempt failed"} >= {"deaf"}
        )
        pages += [await daemon.get(path) for path in ("/metrics", "/readyz?verbose", "/healthz")]
        pages += [(await call("deliveries", *c, "--store", str(stage.store))).out for c in (["list"], ["show", "1"])]
        assert await daemon.stop() == 0
    assert_arrived(stage)
    pages += [json.dumps(line) for line in daemon.log]
    pages += [msgspec.json.encode(event.decode()).decode() for event in stage.api.store.items(EVENTS)]
    pages += [file.read_bytes().decode(errors="replace") for file in stage.folder.iterdir()]
    assert [page for page in pages for text in spellings() if text in page] == []


def assert_arrived(stage: Stage) -> None:
    (request,) = (request for request in stage.sink.requests if request.path == f"/taken/{PATH}/1")
    assert request.json() == {"shown": SHOWN, "mark": "1"}
    assert request.query["key"] == request.headers["X-Token"] == TOKEN
    assert request.headers["X-Shown"] == SHOWN
    assert base64.b64decode(request.headers["Authorization"].split()[1]).decode() == f"user:{PASSWORD}"


def spellings() -> list[str]:
    return [*CANARIES.values(), *(base64.b64encode(value.encode()).decode() for value in CANARIES.values())]
