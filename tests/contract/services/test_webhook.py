"""The webhook's own promises: what is on the wire for which options and which section."""

import hashlib
import hmac
import json
import ssl
from typing import Any
from urllib.parse import unquote

import pytest
import trustme
from hypothesis import given, strategies as st
from standardwebhooks import Webhook as Verifier
from yarl import URL

from notifier import __version__
from notifier.errors import ConfigError, Permanent
from notifier.model import Letter, Message, Receipt
from notifier.services.http import Client
from notifier.services.webhook import Webhook, WebhookOptions, joined
from tests.contract.services.servers import Got, Receiver, serve

KEY = "c2VjcmV0LW9mLXRoZS1yZWNlaXZlcg=="


def letter(message: str = "it is done", **body: object) -> Letter:
    return Letter("", Message(message, body), key="3f9a", created=0.0, attempt=1)


async def got(client: Client, receiver: Receiver, letter: Letter, **options: object) -> Got:
    """What arrives of a letter; `options` may replace the URL."""
    await Webhook.from_config({"url": receiver.url} | options, client, frozenset()).send(letter)
    return receiver.got[-1]


async def test_without_a_section_the_plain_message_is_posted(client: Client, receiver: Receiver) -> None:
    request = await got(client, receiver, letter())
    assert (request.method, request.target, request.body) == ("POST", "/", b"it is done")
    assert "content-type" not in request.headers


@pytest.mark.parametrize(
    ("section", "method"),
    [
        ({"body": "x"}, "POST"),
        ({"path": "ping"}, "GET"),
        ({"body": ""}, "GET"),
        ({"body": "x", "method": "put"}, "PUT"),
    ],
)
async def test_the_method_defaults_to_post_when_there_is_a_body(
    client: Client, receiver: Receiver, section: dict[str, Any], method: str
) -> None:
    request = await got(client, receiver, letter(**section))
    assert (request.method, request.body.decode()) == (method, section.get("body", ""))


async def test_a_text_is_sent_as_it_is(client: Client, receiver: Receiver) -> None:
    assert (await got(client, receiver, letter(body='{"a":  "ü"}\n'))).body == '{"a":  "ü"}\n'.encode()


@pytest.mark.parametrize("body", [{"text": 'he said "hi"\n', "n": [1, None]}, ["a"], {}, 7, False])
async def test_a_tree_is_sent_as_compact_json(client: Client, receiver: Receiver, body: object) -> None:
    request = await got(client, receiver, letter(body=body))
    assert request.body == json.dumps(body, separators=(",", ":")).encode()
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")


async def test_the_content_type_may_be_another_json(client: Client, receiver: Receiver) -> None:
    headers = [{"name": "content-TYPE", "value": "application/vnd.api+json"}]
    request = await got(client, receiver, letter(body={}), headers=headers)
    assert request.headers["content-type"] == "application/vnd.api+json"


async def test_of_a_header_given_twice_the_last_wins(client: Client, receiver: Receiver) -> None:
    headers = [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}, {"name": "X-B", "value": "1"}]
    request = await got(client, receiver, letter(body="x", headers={"X-b": "2"}), headers=headers)
    assert (request.headers["x-a"], request.headers["x-b"]) == ("2", "2")


async def test_headers_of_the_connection_are_ours(client: Client, receiver: Receiver) -> None:
    lies = {"Content-Length": "1", "Host": "elsewhere.example", "Transfer-Encoding": "gzip", "Connection": "close"}
    for _ in range(2):
        request = await got(client, receiver, letter("longer than 1"), headers=lies)
        assert request.body == b"longer than 1"
        assert request.headers["host"] in receiver.url
    assert len({request.peer for request in receiver.got}) == 1


async def test_every_request_says_who_we_are_and_its_idempotency_key(client: Client, receiver: Receiver) -> None:
    request = await got(client, receiver, letter(), headers={"Idempotency-Key": "always the same"})
    assert request.headers["user-agent"] == f"rollouts-notifier/{__version__}"
    assert request.headers["idempotency-key"] == "3f9a"


@pytest.mark.parametrize("where", ["basicAuth", "url"])
async def test_basic_auth(client: Client, receiver: Receiver, where: str) -> None:
    options: dict[str, object] = {"basicAuth": {"username": "ci", "password": "pä:ss"}}
    if where == "url":
        options = {"url": receiver.url.replace("//", "//ci:p%C3%A4%3Ass@")}
    request = await got(client, receiver, letter(), **options)
    assert request.headers["authorization"] == "Basic Y2k6cMOkOnNz"


@pytest.mark.parametrize("where", ["basicAuth", "url"])
async def test_an_echoed_authorization_is_not_shown(client: Client, receiver: Receiver, where: str) -> None:
    receiver.status, receiver.echo = 403, True
    options: dict[str, object] = {"basicAuth": {"username": "ci", "password": "passw0rd"}}
    if where == "url":
        options = {"url": receiver.url.replace("//", "//ci:passw0rd@")}
    with pytest.raises(Permanent, match=r"Basic \*\*\*'"):
        await got(client, receiver, letter(), **options)
    assert "Y2k6cGFzc3cwcmQ=" in receiver.got[0].everything


async def test_a_header_of_authorization_goes_before_the_url_and_after_basic_auth(
    client: Client, receiver: Receiver
) -> None:
    url, headers = receiver.url.replace("//", "//ci:pass@"), {"Authorization": "Bearer t"}
    request = await got(client, receiver, letter(), url=url, headers=headers)
    assert request.headers["authorization"] == "Bearer t"
    request = await got(client, receiver, letter(), headers=headers, basicAuth={"username": "a", "password": "b"})
    assert request.headers["authorization"] == "Basic YTpi"


@pytest.mark.parametrize(
    ("secret", "verifier"),
    [
        (f"whsec_{KEY}", f"whsec_{KEY}"),
        (f"whsec_{KEY.rstrip('=')}", f"whsec_{KEY}"),
        ("plain text", b"plain"),
        ("plain text", b"text"),
        (f"new whsec_{KEY}\n", f"whsec_{KEY}"),
    ],
)
async def test_standard_webhooks_verify(client: Client, receiver: Receiver, secret: str, verifier: str | bytes) -> None:
    request = await got(client, receiver, letter(body={"text": "ü"}), secret=secret)
    assert Verifier(verifier).verify(request.body, request.headers) == {"text": "ü"}
    assert request.headers["webhook-id"] == "3f9a"


async def test_private_ca_client_certificate_and_signature_work_together(client: Client) -> None:
    ca, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    ca.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    mine = ca.issue_cert("notifier.example")
    options = {
        "ca": ca.cert_pem.bytes().decode(),
        "certificate": mine.cert_chain_pems[0].bytes().decode(),
        "key": mine.private_key_pem.bytes().decode(),
        "secret": f"whsec_{KEY} older",
        "hmacHeader": "X-Signature",
    }
    async with serve(context) as receiver:
        request = await got(client, receiver, letter(body={"a": 1}), **options)
    digest = hmac.new(b"secret-of-the-receiver", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-signature"] == f"sha256={digest}"
    assert request.certificate


async def test_the_receipt_is_what_the_receiver_said(client: Client, receiver: Receiver) -> None:
    receiver.status, receiver.body = 202, b'{\n "id": 7\n}' + b" " + b"x" * 300
    receipt = await Webhook.from_config({"url": receiver.url}, client, frozenset()).send(letter())
    assert receipt == Receipt(status="202", detail='{ "id": 7 } ' + "x" * 188)


@pytest.mark.parametrize(
    ("section", "culprit"),
    [({"headers": {"X A": "b"}}, "headers"), ({"headers": {"A": "b\r\nC: d"}}, "headers"), ({"path": []}, "path")],
)
async def test_a_section_that_cannot_be_sent_is_permanent(
    client: Client, receiver: Receiver, section: dict[str, Any], culprit: str
) -> None:
    with pytest.raises(Permanent, match=f"webhook section is not valid: look at {culprit}"):
        await got(client, receiver, letter(**section))
    assert not receiver.got


async def test_a_method_that_is_none_is_permanent(client: Client, receiver: Receiver) -> None:
    with pytest.raises(Permanent, match=r"the request to \S+ is not valid"):
        await got(client, receiver, letter(method="GET / HTTP/1.1\r\nX:"))
    assert not receiver.got


@pytest.mark.parametrize(
    ("url", "path", "wanted"),
    [
        ("http://h", "", "http://h"),
        ("http://h/a/", "", "http://h/a/"),
        ("http://h/a/", "/b/", "http://h/a/b/"),
        ("http://h/a//", "b", "http://h/a/b"),
        ("http://h", "b?x=1", "http://h/b?x=1"),
        ("http://h/a?t=1", "b", "http://h/a/b?t=1"),
        ("http://h/a?t=1", "b?x=1&y=2", "http://h/a/b?t=1&x=1&y=2"),
        ("http://u:p@h:1/a#f", "b#1", "http://u:p@h:1/a/b%231"),
        ("http://h", "//evil.example/b", "http://h/evil.example/b"),
        ("http://h", "http://evil.example", "http://h/http://evil.example"),
    ],
)
def test_a_path_is_put_below_the_url(url: str, path: str, wanted: str) -> None:
    assert joined(url, path) == wanted


@given(st.text() | st.text("./%2eEfF\\?a "))
def test_no_path_leads_to_another_host_out_of_the_base_or_drops_the_query(path: str) -> None:
    try:
        url = URL(joined("https://user:pass@hooks.example:8443/base?token=t", path))
    except Permanent:
        assert "." in unquote(path)
        return
    assert (url.scheme, url.user, url.host, url.port) == ("https", "user", "hooks.example", 8443)
    assert url.path == "/base" or url.path.startswith("/base/")
    assert url.query["token"] == "t"


@pytest.mark.parametrize(
    "path", ["..", "../admin", "a/../../b", "%2e%2E/x", "a/%2e%2e%2fx", r"..\x", "./a", "a/..?b=1"]
)
def test_a_path_that_climbs_is_refused(path: str) -> None:
    with pytest.raises(Permanent, match="as a segment"):
        joined("https://hooks.example/base", path)


@pytest.mark.parametrize("path", ["a..b", "...", ".well-known/x", "a?next=../b"])
def test_dots_in_a_name_or_in_the_query_are_nothing_special(path: str) -> None:
    assert joined("https://hooks.example", path) == f"https://hooks.example/{path}"


@pytest.mark.parametrize(
    "more",
    [
        {"retryWaitMin": 5_000_000_000, "retryWaitMax": "5s", "retryMax": "3"},
        {"retrywaitmin": "5s", "RETRYWAITMAX": 5e9, "headers": None, "basicAuth": None},
    ],
)
def test_argos_options_are_understood_in_any_capitals(more: dict[str, object]) -> None:
    options = WebhookOptions.read({"URL": "http://h", "insecureskipverify": "true"} | more)
    assert options.insecure_skip_verify
    assert (options.retry_wait_min, options.retry_wait_max) == (5, 5)
    assert not options.warnings()


def test_an_unknown_key_is_a_warning_with_the_nearest_right_one() -> None:
    options = WebhookOptions.read({"url": "http://h", "basicAuht": {"password": "SECRET"}, "zzz": 1})
    assert options.warnings() == [
        "unknown key 'basicAuht' is ignored; did you mean 'basicAuth'?",
        "unknown key 'zzz' is ignored",
    ]
    assert "SECRET" not in f"{options!r} {options}"


@pytest.mark.parametrize(("text", "wanted"), [(3, 3), ("1m30s", 90), ("250ms", 0.25), ("7", 7)])
def test_timeouts_are_seconds_or_durations(text: object, wanted: float) -> None:
    assert WebhookOptions.read({"url": "http://h", "timeout": text}).timeout == wanted


def test_the_default_timeout_is_ten_seconds() -> None:
    assert WebhookOptions.read({"url": "http://h"}).timeout == 10


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({}, r"^url: is missing$"),
        ({"url": "hooks.example"}, r"^url: not an http or https URL with a host$"),
        ({"url": "ftp://h"}, r"^url: not"),
        ({"url": "http://"}, r"^url: not"),
        ({"url": "http://[::1"}, r"^url: not"),
        ({"url": "http://h:port"}, r"^url: not"),
        ({"url": "http://ci:℀@h"}, r"^url: not an http or https URL with a host$"),
        ({"url": "http://h", "timeout": 0}, r"^timeout: more than 0 and at most 300 seconds$"),
        ({"url": "http://h", "timeout": "301s"}, r"^timeout: more than 0 and at most 300 seconds$"),
        ({"url": "http://h", "timeout": "soon"}, r"^timeout: a duration is"),
        ({"url": "http://h", "timeout": True}, r"^timeout: a duration is"),
        ({"url": "http://h", "headers": [{"name": "A"}]}, r"^headers: a header is \{name: …, value: …\}$"),
        ({"url": "http://h", "headers": {"A": "b\nc"}}, r"^headers: a header's name or value has"),
        ({"url": "http://h", "headers": "A: b"}, r"^headers: a header is"),
        ({"url": "http://h", "secret": "whsec_??"}, r"^secret: what follows whsec_ is not base64$"),
        ({"url": "http://h", "hmacHeader": "X-S"}, r"^options: hmacHeader needs a secret"),
        ({"url": "http://h", "basicAuth": "ci:pass"}, r"^basicAuth: "),
        ("http://h", r"^options: "),
    ],
)
def test_options_that_cannot_work_are_said_by_key(config: Any, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        WebhookOptions.read(config)


async def test_a_secret_that_ends_its_line_still_makes_a_header(client: Client, receiver: Receiver) -> None:
    request = await got(client, receiver, letter(), headers={"X-Token": "abc\n"}, url=f"{receiver.url}\n")
    assert request.headers["x-token"] == "abc"
