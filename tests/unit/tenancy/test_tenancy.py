"""What applies in a namespace that has a configuration of its own: both, told apart, each recipient once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from notifier import subscriptions
from notifier.config.load import Source
from notifier.config.schema import Config, bare, scope_of, scoped
from notifier.config.tenancy import Terms, admitted, combined
from notifier.model import ANNOTATION_PREFIX, Destination
from notifier.reasons import BY_TRIGGER
from tests.unit.config.maps import configured

SLACK, HOOK = {"service.slack": "token: t"}, {"service.webhook.hook": "url: http://x"}
ABORTED = "on-rollout-aborted"


def within(central: Mapping[str, str], own: Mapping[str, str], *offered: str) -> Config:
    """What applies in the namespace `shop`."""
    terms = Terms(offered=frozenset(offered))
    return combined(configured(central), configured(own), "shop", own.keys(), terms)


def told(config: Config, *subscribed: str, **labels: str) -> dict[str, list[str]]:
    """By trigger, the recipients as `service:recipient`, of annotations written as `trigger.service=recipient`."""
    pairs = (each.partition("=")[::2] for each in subscribed)
    annotations = {f"{ANNOTATION_PREFIX}subscribe.{key}": value for key, value in pairs}
    found = subscriptions.wanted([annotations], labels, config)
    return {trigger: [":".join(to) for to in whom] for trigger, whom in found.items() if whom}


@pytest.mark.parametrize(
    ("own", "offered", "expected"),
    [
        ({}, (), {ABORTED: ["slack:ops"]}),
        (SLACK, (), {f"shop/{ABORTED}": ["shop/slack:ops"]}),
        (HOOK, (), {ABORTED: ["slack:ops"]}),
        ({f"trigger.{ABORTED}": "- send: []"}, (), {ABORTED: ["slack:ops"]}),
        ({f"trigger.{ABORTED}": "- send: []"}, ("slack",), {f"shop/{ABORTED}": ["slack:ops"]}),
        ({"template.rollout-aborted": "message: x"}, ("slack",), {f"shop/{ABORTED}": ["slack:ops"]}),
        ({"template.rollout-paused": "message: x"}, ("slack",), {ABORTED: ["slack:ops"]}),
        ({f"trigger.{ABORTED}": "- send: []"}, ("hook",), {ABORTED: ["slack:ops"]}),
    ],
)
def test_who_speaks_for_a_service_and_a_trigger(
    own: dict[str, str], offered: tuple[str, ...], expected: dict[str, list[str]]
) -> None:
    assert told(within(SLACK, own, *offered), f"{ABORTED}.slack=ops") == expected


def test_a_service_that_the_namespace_writes_and_that_is_broken_is_not_the_central_one_instead() -> None:
    config = within(SLACK, {"service.slack": "icon: x"})
    assert told(config, f"{ABORTED}.slack=ops") == {f"shop/{ABORTED}": ["shop/slack:ops"]}
    assert "shop/slack" not in config.services


def test_the_central_subscription_of_everybody_is_told_by_the_central_trigger() -> None:
    everybody = {"subscriptions": f"- recipients: [slack:sre]\n  triggers: [{ABORTED}]"}
    own = {f"trigger.{ABORTED}": "- send: []"}
    config = within(SLACK | everybody, own, "slack")
    assert told(config, f"{ABORTED}.slack=ops") == {ABORTED: ["slack:sre"], f"shop/{ABORTED}": ["slack:ops"]}
    assert told(config, f"{ABORTED}.slack=sre") == {ABORTED: ["slack:sre"]}


def test_the_namespace_s_subscription_of_everybody_reaches_its_own_and_offered_services_only() -> None:
    everybody = f"- recipients: [hook, slack:ops, mail:a]\n  triggers: [{ABORTED}]\n  selector: a=b"
    config = within(SLACK | {"service.webhook.mail": "url: x"}, HOOK | {"subscriptions": everybody}, "slack")
    assert told(config, a="b") == {f"shop/{ABORTED}": ["shop/hook:", "slack:ops"]}
    assert told(config, a="c") == {}


@pytest.mark.parametrize(
    ("central", "own", "expected"),
    [
        ({"defaultTriggers": "[a]"}, {"defaultTriggers": "[b]"}, {"shop/b": ["shop/hook:"]}),
        ({"defaultTriggers": "[a]"}, {"defaultTriggers.hook": "[b]"}, {"shop/b": ["shop/hook:"]}),
        ({"defaultTriggers": "[a]"}, {}, {"shop/a": ["shop/hook:"]}),
        ({}, {"defaultTriggers": "[b]"}, {"shop/b": ["shop/hook:"]}),
    ],
)
def test_default_triggers_of_the_namespace_s_own_services(
    central: dict[str, str], own: dict[str, str], expected: dict[str, list[str]]
) -> None:
    assert told(within(central, HOOK | own), "hook=") == expected


def test_central_services_keep_the_central_default_triggers() -> None:
    config = within(SLACK | {"defaultTriggers": "[a]"}, {"defaultTriggers": "[b]"}, "slack")
    assert told(config, "slack=ops") == {"a": ["slack:ops"]}


def test_names_without_a_namespace_are_the_central_ones() -> None:
    config = within(SLACK, HOOK)
    central = configured(SLACK)
    assert {n: t for n, t in config.triggers.items() if not scope_of(n)} == central.triggers
    assert {n: t for n, t in config.templates.items() if not scope_of(n)} == central.templates
    assert {n: s for n, s in config.services.items() if not scope_of(n)} == central.services


def test_what_a_namespace_s_trigger_sends_and_remembers_is_the_namespace_s() -> None:
    config = within({}, {"trigger.mine": "- when: 'true'\n  send: [rollout-aborted]"})
    (condition,) = config.triggers["shop/mine"].conditions
    assert condition.send == ("shop/rollout-aborted",)
    assert condition.key.startswith("shop/mine[0].")
    assert condition.send[0] in config.templates


def test_a_namespace_s_trigger_without_reasons_is_fired_by_the_event_it_is_named_after() -> None:
    config = within({"trigger.on-own-thing": "- send: []"}, {"trigger.on-own-thing": "- send: []"})
    assert {trigger.name for trigger in config.for_reason("OwnThing")} == {"on-own-thing", "shop/on-own-thing"}


def test_secrets_are_seen_by_their_own_side_only() -> None:
    own = configured({}, {"token": "theirs", "more": "m"})
    config = combined(configured({}, {"token": "ours"}), own, "shop", (), Terms())
    assert config.secrets_of("") == {"token": "ours"}
    assert config.secrets_of("shop") == {"token": "theirs", "more": "m"}
    assert config.secrets == {"token": "ours", "shop/token": "theirs", "shop/more": "m"}


def test_a_trigger_for_a_service_that_was_not_offered_is_a_fault_of_the_annotation() -> None:
    config = within(SLACK, {"trigger.mine": "- when: 'true'"})
    annotations = {f"{ANNOTATION_PREFIX}subscribe.mine.slack": "ops"}
    (fault,) = subscriptions.faults(annotations, config)
    assert fault.message == "the trigger 'mine' is the namespace's own, and the service 'slack' is not offered to it"


def test_what_a_namespace_may_not_configure_is_named_and_the_rest_is_kept() -> None:
    data = {"service.webhook": "url: x", "service.email": "host: y", **{f"template.{n}": "" for n in range(3)}}
    source, problems = admitted(Source("ConfigMap shop/x", data), Terms(types=frozenset({"webhook"}), entries=4))
    assert list(source.data) == ["service.webhook", "template.0", "template.1"]
    assert [(p.key, p.message) for p in problems] == [
        ("service.email", "configurations of namespaces may not have services of type 'email', but webhook"),
        ("template.2", "quota: a configuration of a namespace may have 4 entries; this one is ignored"),
    ]


NAMES = st.text("abcdefghijklmnopqrstuvwxyz-.0123456789", min_size=1)


@given(NAMES, NAMES)
def test_a_scoped_name_tells_both_its_parts(namespace: str, name: str) -> None:
    assert (scope_of(scoped(namespace, name)), bare(scoped(namespace, name))) == (namespace, name)
    assert (scope_of(name), bare(name)) == ("", name)


TRIGGERS = st.sampled_from([*list(BY_TRIGGER)[:4], "mine"])
SERVICES = st.sampled_from(["slack", "hook", "none"])
ENTRIES = st.sampled_from(
    [
        *SLACK.items(),
        *HOOK.items(),
        (f"trigger.{ABORTED}", "- send: []"),
        ("trigger.mine", "- when: 'true'"),
        ("subscriptions", f"- recipients: [slack:a, hook]\n  triggers: [{ABORTED}]"),
        ("defaultTriggers", f"[{ABORTED}]"),
    ]
)


@given(
    st.lists(ENTRIES).map(dict),
    st.lists(ENTRIES).map(dict),
    st.sets(SERVICES),
    st.dictionaries(st.tuples(TRIGGERS, SERVICES), st.sampled_from(["a", "b"]), max_size=4),
)
def test_each_recipient_of_a_service_hears_of_a_trigger_once_and_nobody_else_s_service_is_used(
    central: dict[str, str], own: dict[str, str], offered: set[str], asked: dict[tuple[str, str], str]
) -> None:
    config = within(central, own, *offered)
    annotations = {f"{ANNOTATION_PREFIX}subscribe.{t}.{s}": to for (t, s), to in asked.items()}
    found = subscriptions.wanted([annotations], {}, config)
    heard: list[tuple[str, Destination]] = [(bare(trigger), to) for trigger, whom in found.items() for to in whom]
    assert len(heard) == len(set(heard))
    for trigger, whom in found.items():
        for to in whom:
            if scope_of(trigger) and not scope_of(to.service):
                assert to.service in offered
            if scope_of(to.service):
                assert scope_of(trigger) == "shop"
