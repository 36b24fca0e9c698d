"""Who may look at the page and act on it, what its files may do, and what never stands on it."""

import json

import pytest

from notifier.outbox.protocol import State
from notifier.rollouts.digests import PauseMark
from notifier.web.guard import Guard
from tests.integration.web.conftest import Show, Shown
from tests.integration.web.filling import cart, fill, rollout, settle, told
from tests.integration.web.looking import Given, seen_live

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
PATHS = (
    "/",
    "/rollouts/shop/cart",
    "/deliveries",
    "/deliveries/1",
    "/dead",
    "/subscriptions",
    "/problems",
    "/playground",
)


@pytest.mark.parametrize("path", [*PATHS, "/static/page.js", "/live-not", "/deliveries/1/mail"])
async def test_every_answer_forbids_what_stands_in_it_to_run(show: Show, path: str) -> None:
    shown = await show()
    await fill(shown.outbox, told("a", service="email", body={"html": "<b>x</b>"}))
    headers = (await shown.visitor.get(path)).headers
    policy = dict(rule.partition(" ")[::2] for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy.get("script-src", "'self'") == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert ("'unsafe-inline'" in policy["style-src"]) is path.endswith("/mail")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_has_a_script_or_a_style_in_it(show: Show, path: str) -> None:
    shown = await show()
    await fill(shown.outbox, told("a"))
    html = (await shown.visitor.get(path)).text
    assert html.count("<script") == html.count('<script src="/static/page.js')
    assert "<style" not in html
    assert " style=" not in html
    assert " on" + "click=" not in html


@pytest.mark.parametrize("path", ["/", "/live", "/deliveries", "/static/page.js"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8081", "localhost.evil.example", "", "[::1", "x@localhost"]
)
async def test_a_strange_host_is_turned_away(show: Show, host: str, path: str) -> None:
    visitor = (await show()).visitor
    assert (await visitor.get(path, Host=host)).status in (400, 421)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8081", "127.0.0.1:9", "[::1]:8081", "10.1.2.3", "me.localhost"]
)
async def test_loopback_and_addresses_are_let_in(show: Show, host: str) -> None:
    assert (await (await show()).visitor.get("/", Host=host)).status == 200


def test_configured_names_are_let_in() -> None:
    guard = Guard(["page.example.com", "0.0.0.0"])  # noqa: S104  # an address to listen on
    assert guard._is_ours("page.example.com:443")
    assert not guard._is_ours("other.example.com")


async def _dead(shown: Shown) -> None:
    await fill(shown.outbox, told("a"))
    await settle(shown.outbox, State.DEAD, "no such channel", "channel_not_found")


@pytest.mark.parametrize("what", ["retry", "drop"])
async def test_a_page_that_may_not_act_does_not(show: Show, what: str) -> None:
    shown = await show()
    await _dead(shown)
    answer = await shown.visitor.get("/dead")
    assert "<button" not in answer.text
    assert (await shown.visitor.post(f"/deliveries/1/{what}", {})).status == 404
    assert await _state(shown) == "dead"


async def test_a_dead_letter_is_sent_again_by_the_forms_of_the_page(show: Show) -> None:
    shown = await show(actions=True)
    await _dead(shown)
    answer = await shown.visitor.get("/dead")
    own = {"Origin": shown.page.url, "Sec_Fetch_Site": "same-origin"}
    sent = await shown.visitor.post("/deliveries/1/retry", {"token": answer.token, "back": "dead"}, **own)
    assert (sent.status, sent.headers["Location"]) == (303, "/dead")
    assert await _state(shown) == "pending"
    again = await shown.visitor.post("/deliveries/1/retry", {"token": answer.token})
    assert again.status == 409
    assert "neither dead nor suppressed" in again.text


async def test_a_program_acts_with_the_token_of_any_answer(show: Show) -> None:
    shown = await show(actions=True)
    await _dead(shown)
    token = (await shown.visitor.json("/dead"))["token"]
    answer = await shown.visitor.post("/deliveries/1/drop", {}, X_CSRF_Token=token, Accept="application/json")
    assert answer.json() == {"id": 1, "state": "suppressed"}
    assert await _state(shown) == "suppressed"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_a_form_of_another_page_is_refused_even_with_the_token(show: Show, headers: dict[str, str]) -> None:
    shown = await show(actions=True)
    await _dead(shown)
    token = (await shown.visitor.get("/dead")).token
    assert (await shown.visitor.post("/deliveries/1/retry", {"token": token}, **headers)).status == 403
    assert await _state(shown) == "dead"


@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token": "guessed"}, {"token": "é"}])
@pytest.mark.parametrize("path", ["/deliveries/1/retry", "/deliveries/1/drop", "/playground"])
async def test_a_form_without_the_token_is_refused(show: Show, path: str, form: dict[str, str]) -> None:
    shown = await show(actions=True)
    await _dead(shown)
    assert (await shown.visitor.post(path, form)).status == 403
    assert await _state(shown) == "dead"


async def test_where_to_go_back_to_is_no_strangers_choice(show: Show) -> None:
    shown = await show(actions=True)
    await _dead(shown)
    token = (await shown.visitor.get("/dead")).token
    sent = await shown.visitor.post("/deliveries/1/retry", {"token": token, "back": "//evil.example"})
    assert sent.headers["Location"] == "/deliveries/1"


async def _state(shown: Shown) -> str:
    return str((await shown.visitor.json("/deliveries/1"))["delivery"]["state"])


async def test_hostile_names_and_messages_stay_text(show: Show) -> None:
    given = Given({f"trigger.{HOSTILE}": HOSTILE, "context": json.dumps({"cluster": HOSTILE})})
    shown = await show(actions=True, given=given, live=seen_live(rollout(message=HOSTILE)))
    hostile = cart(
        message=HOSTILE,
        revision=HOSTILE,
        steps=(HOSTILE, HOSTILE),
        images={HOSTILE: HOSTILE},
        subscriptions={f"notifications.argoproj.io/subscribe.{HOSTILE}.{HOSTILE}": HOSTILE},
        pauses=(PauseMark(HOSTILE, HOSTILE),),
    )
    named = cart(name=HOSTILE, namespace=HOSTILE)
    of = {"service": HOSTILE, "recipient": HOSTILE, "reason": HOSTILE, "trigger": HOSTILE, "revision": HOSTILE}
    body = {"subject": HOSTILE, "body": HOSTILE, "method": HOSTILE, "blocks": [HOSTILE], "attachments": HOSTILE}
    letters = [told(kind, HOSTILE, body, **{**of, "service": kind}) for kind in ("slack", "email", "webhook", "x")]
    await fill(shown.outbox, *letters, told(HOSTILE, name=HOSTILE, namespace=HOSTILE), digests=(hostile, named))
    await settle(shown.outbox, State.DEAD, HOSTILE, HOSTILE)
    quoted = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    paths = [*PATHS, "/deliveries/2", "/deliveries/3", "/deliveries/4", "/subscriptions?rollout=shop/cart"]
    searches = [f"/?name={quoted}&namespace={quoted}", f"/deliveries?name={quoted}&service={quoted}"]
    for path in [*paths, *searches, f"/subscriptions?rollout={quoted}", f"/deliveries?state={quoted}", f"/{quoted}"]:
        html = (await shown.visitor.get(path)).text
        assert "<script>alert" not in html, path
        assert "<img" not in html, path


async def test_no_secret_stands_on_any_page(show: Show) -> None:
    secrets = {
        "slack-token": "xoxb-1234567890-canary",
        "hook": "https://hooks.example/canary-5678",
        "from": "canary@x.example",
    }
    services = {
        "service.slack": "token: $slack-token",
        "service.webhook.hook": "url: $hook\nheaders: [{name: Authorization, value: $slack-token}]",
        "service.email": "host: mail.example\nfrom: $from",
        "template.mine": "message: the token is {{ secrets['slack-token'] }}",
    }
    shown = await show(actions=True, given=Given(services, secrets), live=seen_live(rollout()))
    placeholder = "\u27e6secret:slack-token\u27e7"
    await fill(
        shown.outbox,
        told("a", placeholder),
        told("b", placeholder, {"headers": {"X": placeholder}, "body": placeholder}, service="hook"),
        told("c", placeholder, {"subject": "x", "html": f"<p>{placeholder}</p>"}, service="email"),
    )
    paths = [*PATHS, "/deliveries/2", "/deliveries/3", "/deliveries/3/mail", "/subscriptions?rollout=shop/cart"]
    texts = [(await shown.visitor.get(path)).text for path in paths]
    texts += [(await shown.visitor.get(path, Accept="application/json")).text for path in paths]
    form = {"token": (await shown.visitor.get("/playground")).token, "template": "mine", "rollout": "shop/cart"}
    tried = (await shown.visitor.post("/playground", form)).text
    assert f"the token is {placeholder}" in tried
    for text_ in [*texts, tried]:
        assert not any(secret in text_ for secret in secrets.values())
    assert placeholder in texts[2 + 1]
