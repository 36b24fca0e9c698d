"""Options of services, the Secret's values filled in: ours against notifications-engine's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.config.load import Source, load
from notifier.directory import CHECKS
from notifier.services import SERVICES
from tests.differential.peer import Peer
from tests.differential.rows import corpus, rows

ROWS = rows("grammar")
SCALARS = corpus("substitution")
OPTIONS = corpus("options")
SECRET = {
    "token": "s3cr3t",
    "x": "X",
    "a-b": "AB",
    "a_b": "A_B",
    "1": "one",
    "1a": "one a",
    "-": "dash",
    "_": "line",
    "multi": "first\nsecond\n",
    "newline": "t\n",
    "num": "0123",
    "colon": "a: b",
    "q": 'it\'s "q"',
    "bang": "!x",
    "brace": "{a: 1}",
    "dollar": "$token",
    "self": "$self",
    "empty": "",
    "blank": " ",
    "url": "url",
}
SHARED = {
    "webhook": ("url", "headers", "basicAuth", "insecureSkipVerify"),
    "slack": ("token", "username", "icon", "apiURL", "signingSecret", "disableUnfurl", "insecureSkipVerify"),
    "email": ("host", "port", "username", "password", "html", "insecureSkipVerify"),
}
"""The options that both have, in our spelling."""

Options = dict[str, Any] | None
"""What is not empty of the shared options; None where the service cannot be used."""


def ours(kind: str, text: str, secret: Mapping[str, str]) -> Options:
    entry = load(Source("ConfigMap", {f"service.{kind}.it": text}), secret, CHECKS).services.get("it")
    if entry is None:
        return None
    options = SERVICES[kind].options_model.read(entry.options).model_dump(by_alias=True, exclude_defaults=True)
    return {name: options[name] for name in SHARED[kind] if options.get(name)}


def theirs(peer: Peer, kind: str, text: str, secret: Mapping[str, str]) -> Options:
    answer = peer.ask({"do": "config", "data": {f"service.{kind}.it": text}, "secret": secret})
    if answer.get("error") or answer["refused"]:
        return None
    options = answer["services"]["it"]
    options["insecureSkipVerify"] = options.pop("insecure_skip_verify", options.get("insecureSkipVerify"))
    options["headers"] = {one["name"]: one["value"] for one in options.get("headers") or []}
    options["basicAuth"] = {name: text for name, text in (options.get("basicAuth") or {}).items() if text}
    return {name: options[name] for name in SHARED[kind] if options.get(name)}


def password(scalar: str) -> str:
    return f"url: https://h\nbasicAuth:\n  password: {scalar}\n"


@pytest.mark.parametrize("scalar", [one["scalar"] for one in SCALARS if "differs" not in one])
def test_a_secret_is_filled_in_alike(peer: Peer, scalar: str) -> None:
    assert ours("webhook", password(scalar), SECRET) == theirs(peer, "webhook", password(scalar), SECRET)


@pytest.mark.parametrize("one", [one for one in OPTIONS if "differs" not in one], ids=lambda one: one["text"])
def test_options_are_read_alike(peer: Peer, one: dict[str, str]) -> None:
    assert ours(one["type"], one["text"], SECRET) == theirs(peer, one["type"], one["text"], SECRET)


def test_what_the_secret_lacks_stays_as_written_and_is_reported_where_it_is_used(peer: Peer) -> None:
    text = password("Bearer $nosuch and $token")
    assert ours("webhook", text, SECRET) == theirs(peer, "webhook", text, SECRET)
    (problem,) = load(Source("ConfigMap", {"service.webhook.it": text}), SECRET, CHECKS).problems
    assert (problem.key, problem.message) == ("service.webhook.it", "the Secret has no key 'nosuch'")
    assert "missing-key" in ROWS


DIFFERENT = [one for one in OPTIONS if "differs" in one] + [
    {"type": "webhook", "text": password(one["scalar"]), "differs": one["differs"]}
    for one in SCALARS
    if "differs" in one
]


@pytest.mark.parametrize("one", DIFFERENT, ids=lambda one: one["text"])
def test_where_options_are_read_otherwise_the_table_says_so(peer: Peer, one: dict[str, str]) -> None:
    assert ours(one["type"], one["text"], SECRET) != theirs(peer, one["type"], one["text"], SECRET)
    assert one["differs"] in ROWS


KEYS = st.text(st.sampled_from("abAB01_-"), min_size=1, max_size=4)
TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=6)
PIECES = st.lists(
    st.one_of(TEXTS, KEYS.map(lambda key: f"${key}"), st.sampled_from(["$", "$$", "${", "."])), max_size=5
)


@given(st.dictionaries(KEYS, TEXTS, max_size=4), PIECES.map("".join))
def test_any_text_is_filled_in_alike(peer: Peer, secret: dict[str, str], text: str) -> None:
    written = password(json.dumps(text, ensure_ascii=False))
    assert ours("webhook", written, secret) == theirs(peer, "webhook", written, secret)
