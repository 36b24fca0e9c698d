"""A30, A35 and A38: what breaks stays small, what happens is counted, and a receiver knows whom it hears."""

from __future__ import annotations

import hashlib
import hmac
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
import structlog
import trustme
from prometheus_client.parser import text_string_to_metric_families

from notifier import feed, logs, upkeep
from notifier.kube import reflector
from notifier.kube.resources import WATCHED
from notifier.sandbox.receivers import Reply, WebhookSink
from tests.acceptance.company import Company, company, entry, hears
from tests.integration.daemon.stage import CONFIG_MAP, Running, rollout, subscribed, until

MARKED = {"when": "rollout.metadata.labels.mark != ''", "oncePer": "rollout.metadata.labels.mark"}
"""When a trigger fires: once for each new mark."""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Company]:
    async with company(tmp_path) as made:
        yield made


ANNOTATED = subscribed("left", trigger="on-left") | subscribed("right", trigger="on-right")


def templates(left: str, right: str) -> dict[str, str]:
    """ConfigMap entries of two triggers, each with a template of its own."""
    triggers = [entry(f"trigger.on-{side}", [{**MARKED, "send": [side]}]) for side in ("left", "right")]
    return {"template.left": left, "template.right": right} | triggers[0] | triggers[1]


async def test_a30_a_broken_template_disables_itself_alone_is_named_and_stays_as_it_was(shop: Company) -> None:
    broken = "# a remark\nwebhook:\n  left: {body: '{{ rollout.metadata. }}'}\n"
    shop.configure(shop.services("left", "right"), templates("message: good\n", "message: good\n"))
    async with shop.ready() as running:
        shop.configure(shop.services("left", "right"), templates(broken, "message: new\n"))
        event = await shop.warned("template.left")
        shop.put(rollout(mark=1, annotations=ANNOTATED))
        await running.settled()
    assert event["type"] == "Warning"
    assert event["message"].startswith(f"{CONFIG_MAP}, template.left, line 3: ")
    assert event["involvedObject"]["name"] == "rollouts-notifier-config"
    assert (shop.told("left"), shop.told("right")) == (["good"], ["new"])
    assert len(shop.warnings()) == 1


async def test_a30_a_template_that_was_never_good_disables_only_what_uses_it(shop: Company) -> None:
    shop.configure(shop.services("left", "right"), templates("message: '{{'\n", "message: good\n"))
    async with shop.ready() as running:
        event = await shop.warned(f"{CONFIG_MAP}, template.left, line 1: ")
        shop.put(rollout(mark=1, annotations=ANNOTATED))
        await running.settled()
    assert event["type"] == "Warning"
    assert "{{" not in "".join(shop.told("left"))
    assert shop.told("right") == ["good"]


Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scraped(running: Running) -> Numbers:
    """What /metrics shows, by name without prefix and by labels."""
    _, text = await running.get("/metrics")
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(s.name.removeprefix("rollouts_notifier_"), frozenset(s.labels.items())): s.value for s in samples}


def of(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """Where `scraped` has a number."""
    return name, frozenset(labels.items())


async def test_a35_metrics_tell_attempts_queues_dead_letters_and_time_to_delivery(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_COUNT_SECONDS", 0.02)
    shop.configure(shop.services("good", "gone", "busy"))
    shop.sink.reply(Reply(404), path="/gone")
    shop.sink.reply(Reply(503, {"Retry-After": "3600"}), path="/busy")
    async with shop.ready() as running:
        shop.put(rollout(mark=1, annotations=subscribed("good", "gone", "busy")))
        await until(lambda: running.metric("dead_letters", service="gone"))
        await until(lambda: running.metric("attempts_total", service="busy", trigger="on-mark", outcome="retry"))
        await until(lambda: running.metric("queue_length", service="busy", state="pending"))
        numbers = await scraped(running)
    trigger = {"trigger": "on-mark"}
    assert numbers[of("attempts_total", service="good", **trigger, outcome="delivered")] == 1
    assert numbers[of("attempts_total", service="gone", **trigger, outcome="dead")] == 1
    assert numbers[of("attempts_total", service="busy", **trigger, outcome="retry")] == 1
    assert numbers[of("deliveries_total", service="good", **trigger, outcome="delivered")] == 1
    assert numbers[of("deliveries_total", service="gone", **trigger, outcome="dead")] == 1
    assert [numbers[of("dead_letters", service=name)] for name in ("good", "gone", "busy")] == [0, 1, 0]
    assert 0 < numbers[of("queue_age_seconds", service="busy")] < 10
    assert numbers[of("transition_to_delivery_seconds_count", service="good")] == 1
    assert 0 < numbers[of("transition_to_delivery_seconds_sum", service="good")] < 10


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Give back to pytest what a daemon's logging changes."""
    root, raises = logging.getLogger(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    structlog.reset_defaults()


LATE = {"when": "time.Now().Unix() < 0", "send": ["mark"]}
"""A condition that time alone might make true, so every tick judges it."""


@pytest.mark.usefixtures("own_logging")
async def test_a35_an_idle_cluster_with_1000_rollouts_logs_less_than_ten_lines_a_minute(
    shop: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What recurs when nothing happens recurs as often as in five minutes: every watch ends once, time ticks ten times.

    Clocks are not waited for: a watch lasts a second instead of 290 and more, a tick comes at once instead of after 30.
    """
    monkeypatch.setattr(reflector, "ReflectorOptions", partial(reflector.ReflectorOptions, watch=(1, 1), steady=0.5))
    monkeypatch.setattr(upkeep, "_COUNT_SECONDS", 0.03)
    monkeypatch.setattr(feed, "_TICK", 0.03)
    shop.configure(shop.everywhere(), entry("trigger.on-late", [LATE]), hears("hook", of=["on-late"]))
    shop.put(*(rollout(f"web-{number}", mark=1) for number in range(1000)))
    logs.configure("json", "info", tuple)
    async with shop.ready() as running:
        await running.settled()
        assert "configuration in force" in capsys.readouterr().err
        judged = partial(running.metric, "evaluations_total", trigger="on-late", result="false")
        restarts, before = await watches_ended(running), judged()
        await until(lambda: judged() >= before + 10 * 1000)
        await until(lambda: has_grown(running, restarts))
        lines = capsys.readouterr().err.splitlines()
    assert len(restarts) == len(WATCHED)
    assert len(lines) < 10


async def watches_ended(running: Running) -> dict[str, float]:
    """How often the watch of each kind was over."""
    ended = dict.fromkeys((kind.kind for kind in WATCHED), 0.0)
    for (name, labels), number in (await scraped(running)).items():
        if name == "watch_restarts_total":
            ended[dict(labels)["kind"]] += number
    return ended


async def has_grown(running: Running, before: dict[str, float]) -> bool:
    """Whether every watch was over since then."""
    return all(number > before[kind] for kind, number in (await watches_ended(running)).items())


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def picky(authority: trustme.CA) -> AsyncIterator[WebhookSink]:
    """A receiver with a private CA, which lets in only who shows a certificate of that CA."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    async with WebhookSink(tls=context) as sink:
        yield sink


KEY = "a-key-to-sign-with"
DIGEST = {"secret": "$signing", "hmacHeader": "X-Signature"}


def proven(sink: WebhookSink, authority: trustme.CA, **more: object) -> dict[str, object]:
    """A webhook with the CA to trust, and a client certificate and its key from the Secret."""
    return {"url": f"{sink.url}/picky", "ca": authority.cert_pem.bytes().decode(), **DIGEST, **more}


async def test_a38_private_ca_client_certificate_and_signature_work_together_and_a_body_is_posted(
    shop: Company, picky: WebhookSink, authority: trustme.CA
) -> None:
    issued = authority.issue_cert("notifier.example")
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode()
    shop.secret(signing=KEY, certificate=chain, key=issued.private_key_pem.bytes().decode())
    pair = {"certificate": "$certificate", "key": "$key"}
    body = {"template.mark": "webhook: {picky: {body: {name: '{{ rollout.metadata.name }} ✓'}}}\n"}
    shop.configure(entry("service.webhook.picky", proven(picky, authority, **pair)), body)
    async with shop.ready() as running:
        shop.put(rollout(mark=1, annotations=subscribed("picky")))
        await running.settled()
    (request,) = picky.requests
    assert request.method == "POST"
    assert request.json() == {"name": "web ✓"}
    digest = hmac.new(KEY.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-Signature"] == f"sha256={digest}"


async def test_a38_a_template_that_names_an_unknown_webhook_is_an_error_and_no_get(shop: Company) -> None:
    typo = "webhook:\n  hok: {method: PUT, body: {name: '{{ rollout.metadata.name }}'}}\n"
    shop.configure(shop.services("hook"), {"template.mark": typo})
    async with shop.ready() as running:
        shop.put(rollout(mark=1, annotations=subscribed("hook")))
        await running.settled()
        assert "GET" not in [request.method for request in shop.requests("hook")]
        event = await shop.warned(f"{CONFIG_MAP}, template.mark", "'hok'", "'hook'")
    assert event["type"] == "Warning"
