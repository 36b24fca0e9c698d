"""Whom annotations and global subscriptions name: ours against notifications-engine's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given, strategies as st

from notifier.model import ANNOTATION_PREFIX, Destination
from notifier.subscriptions import wanted
from tests.differential.peer import Peer
from tests.differential.rows import corpus, rows
from tests.unit.config.maps import configured

ROWS = rows("grammar")
LISTS = corpus("annotations")
SELECTORS = corpus("selectors")
LABELS = [
    *(
        {},
        {"a": "b"},
        {"a": "c"},
        {"a": ""},
        {"a": "b", "c": "d"},
        {"a": "x", "c": "e"},
        {"a": "b", "f": ""},
        {"f": "y"},
    ),
    *({"a": "1"}, {"a": "2"}, {"a": "007"}, {"a": "1.5"}, {"a": "1_0"}, {"b": "1"}, {"A": "B"}, {"a": "in"}),
    *({"in": "in"}, {"in": "b"}, {"notin": "notin"}, {"x/y": "z"}, {"x.y/z": "1"}, {"example.com/role": "db"}),
]

SERVICES = {"service.slack": "token: secret", "service.webhook.hook": "url: http://receiver"}
DEFAULTS = [
    SERVICES,
    SERVICES | {"defaultTriggers": "[d, e]"},
    SERVICES | {"defaultTriggers": "[d]", "defaultTriggers.hook": "[h, i]", "defaultTriggers.empty": "[]"},
]
"""Three configurations that differ in what a subscription without a trigger means."""

KEYS = [
    *("subscribe.on-x.slack", "subscribe.on-x.hook", "subscribe.on-x.unknown", "subscribe.on-nothing.slack"),
    *("subscribe.slack", "subscribe.hook", "subscribe.empty", "subscribe..slack", "subscribe..hook"),
    *("subscribe.on-x.slack.more", "subscribe.on-x.slack.and.more", "subscribe.on-x.slack.", "subscribe.a.b.c"),
    *("subscribe.", "subscribe..", "subscribe...", "subscribe.on-x.", "subscribe.on-x..slack", "subscribe"),
    *("Subscribe.on-x.slack", "subscribe.On-X.Slack", "subscribed.on-x.slack", "unsubscribe.on-x.slack"),
    *("subscribe.on_x.team-a", "subscribe-on-x.slack", "notified", "", "subscribe.on x.two words"),
]
VALUES = [
    *("", "a", "a;b", " a ; b ;; ", ";", " ; ", "\t", "\n", "a,b", "two words", "#ops", "#", "a;a", "ops;#ops"),
    *("a\\;b", "http://x:80/?a=b;c", "-100:7", "a\nb", "\u00a0x\u00a0", "\u2003y\u2028", "\u200bx", "\ufeffx"),
    *("\x85z", "\x0bz\x0c", "🚀", "'a'", '["a"]', "{{.x}}", "$secret", "null"),
]


class Case(NamedTuple):
    """A question for both: annotations without their prefix, an object's labels, a ConfigMap."""

    annotations: Mapping[str, str]
    data: Mapping[str, str]
    labels: Mapping[str, str] = {}


Triples = set[tuple[str, str, str]]
"""Trigger, service and recipient."""


def theirs(peer: Peer, case: Case) -> Triples:
    """Argo's answer but for the rows stale-recipients, no-service, told-once and hash, and triggers without a name."""
    annotations = {ANNOTATION_PREFIX + key: value for key, value in case.annotations.items()}
    request = {"do": "annotations", "annotations": annotations, "data": case.data, "labels": case.labels}
    answer = peer.ask(request)["destinations"]
    return {
        (trigger, service, _channel(service, recipient))
        for trigger, told in answer.items()
        for service, recipient in told
        if trigger and service
    }


def _channel(service: str, recipient: str) -> str:
    return recipient.removeprefix("#") or recipient if service == "slack" else recipient


def ours(case: Case) -> Triples:
    """Our answer but for the row colons."""
    config = configured(case.data)
    annotations = {ANNOTATION_PREFIX + key: value for key, value in case.annotations.items()}
    own = _triples(wanted([annotations], None, config))
    everybody = _triples(wanted([], case.labels, config))
    return own | {(trigger, service, recipient.split(":")[0]) for trigger, service, recipient in everybody}


def _triples(asked: Mapping[str, Mapping[Destination, str]]) -> Triples:
    return {(trigger, *destination) for trigger, told in asked.items() if trigger for destination in told}


@pytest.mark.parametrize("key", KEYS)
def test_the_short_form(peer: Peer, key: str) -> None:
    cases = [Case({key: value}, data) for value, data in product(VALUES, DEFAULTS)]
    assert [(case, ours(case)) for case in cases] == [(case, theirs(peer, case)) for case in cases]


@pytest.mark.parametrize("item", [item for item in LISTS if "differs" not in item], ids=lambda item: item["list"])
@pytest.mark.parametrize("key", ["subscriptions", "subscriptions.more", "subscriptionss"])
def test_the_yaml_form(peer: Peer, key: str, item: dict[str, str]) -> None:
    cases = [Case({key: item["list"]}, data) for data in DEFAULTS]
    assert [ours(case) for case in cases] == [theirs(peer, case) for case in cases]


@pytest.mark.parametrize("item", [item for item in LISTS if "differs" in item], ids=lambda item: item["list"])
def test_where_the_yaml_form_differs_the_table_says_so(peer: Peer, item: dict[str, str]) -> None:
    case = Case({"subscriptions": item["list"]}, DEFAULTS[1])
    assert ours(case) != theirs(peer, case)
    assert item["differs"] in ROWS


@pytest.mark.parametrize("selector", [one["selector"] for one in SELECTORS if "lenient" not in one])
def test_a_selector_selects_the_same_objects(peer: Peer, selector: str) -> None:
    data = {"subscriptions": json.dumps([{"recipients": ["slack:ops"], "triggers": ["on-x"], "selector": selector}])}
    if "error" in peer.ask({"do": "config", "data": data}):
        assert any("selector" in problem.message for problem in configured(data).problems)
        return
    cases = [Case({}, data, labels) for labels in LABELS]
    assert [ours(case) for case in cases] == [theirs(peer, case) for case in cases]


@pytest.mark.parametrize("selector", [one["selector"] for one in SELECTORS if "lenient" in one])
def test_where_we_read_a_selector_that_argo_does_not_the_table_says_so(peer: Peer, selector: str) -> None:
    data = {"subscriptions": json.dumps([{"selector": selector}])}
    assert "error" in peer.ask({"do": "config", "data": data})
    assert configured(data).problems == ()
    assert "lenient-selector" in ROWS


def _dumped(items: Sequence[object]) -> str:
    """As YAML, which has no escapes for one half of a character."""
    return json.dumps(items, ensure_ascii=False)


TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=8)
NAMES = st.sampled_from(["", "on-x", "d", "slack", "hook", "empty", "unknown", "a.b", "on x"])
WRITTEN = (
    TEXTS | NAMES | st.sampled_from(["#ops", "ops", "hook:https://x", "slack:ops", "slack:#ops:1", ":", "5", "yes"])
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | WRITTEN
DESTINATIONS = st.fixed_dictionaries({}, optional={"service": SCALARS, "recipients": st.lists(SCALARS, max_size=3)})
ITEMS = st.fixed_dictionaries(
    {}, optional={"trigger": st.lists(SCALARS, max_size=3), "destinations": st.lists(DESTINATIONS, max_size=3)}
)
SHORT = st.tuples(
    st.lists(NAMES, max_size=4).map(lambda parts: ".".join(["subscribe", *parts])), WRITTEN | st.just("a; b")
)
LONG = st.tuples(st.sampled_from(["subscriptions", "subscriptions.b"]), st.lists(ITEMS, max_size=3).map(_dumped))
ANNOTATIONS = st.lists(SHORT | LONG | st.tuples(TEXTS, TEXTS), max_size=5).map(dict)
GLOBAL = st.fixed_dictionaries(
    {},
    optional={
        "recipients": st.lists(WRITTEN, max_size=3),
        "triggers": st.lists(NAMES, max_size=3),
        "selector": st.sampled_from(["", "a=b", "a!=b", "!a", "a in (b, c),d"]),
    },
)
LABELLED = st.dictionaries(st.sampled_from("ad"), st.sampled_from("bc"))


@given(ANNOTATIONS, st.lists(GLOBAL, max_size=3), st.sampled_from(DEFAULTS), LABELLED)
def test_any_annotations_and_global_subscriptions_name_the_same(
    peer: Peer, annotations: dict[str, str], subscriptions: list[object], data: dict[str, str], labels: dict[str, str]
) -> None:
    case = Case(annotations, data | {"subscriptions": _dumped(subscriptions)}, labels)
    assert ours(case) == theirs(peer, case)


def test_of_several_colons_argo_keeps_one_and_we_keep_all(peer: Peer) -> None:
    case = Case({}, {"subscriptions": "- {recipients: ['hook:https://x:1'], triggers: [on-x]}"})
    assert theirs(peer, case) == {("on-x", "hook", "https")}
    assert list(wanted([], {}, configured(case.data))["on-x"]) == [("hook", "https://x:1")]


def test_argo_tells_one_channel_twice_and_we_once(peer: Peer) -> None:
    written = {"subscribe.on-x.slack": "ops;#ops", "subscribe.on-x.slack.again": "ops"}
    annotations = {ANNOTATION_PREFIX + key: value for key, value in written.items()}
    answer = peer.ask({"do": "annotations", "annotations": annotations, "data": SERVICES})
    assert sorted(answer["destinations"]["on-x"]) == [["slack", "#ops"], ["slack", "ops"], ["slack", "ops"]]
    assert list(wanted([annotations], None, configured(SERVICES))["on-x"]) == [("slack", "ops")]


def test_argo_subscribes_to_a_service_without_a_name_and_we_do_not(peer: Peer) -> None:
    annotations = {f"{ANNOTATION_PREFIX}subscribe.on-x.": "ops"}
    answer = peer.ask({"do": "annotations", "annotations": annotations, "data": SERVICES})
    assert answer["destinations"] == {"on-x": [["", "ops"]]}
    assert wanted([annotations], None, configured(SERVICES)) == {}
