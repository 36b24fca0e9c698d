"""Whatever files hold, validating ends, soon, with findings and no crash; what uses up its budget is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from notifier.config.tenancy import Terms
from notifier.services import http
from notifier.validation.check import validate
from notifier.validation.documents import File
from notifier.validation.tenants import SelfService
from tests.unit.validation.checked import config_map, report, said

HOOK = "service.webhook.hook: 'url: http://hook.test'"

KEYS = st.one_of(
    st.sampled_from(
        ["subscriptions", "defaultTriggers", "defaultTriggers.slack", "context", "trigger.x", "template.x"]
    ),
    st.sampled_from(["service.slack", "service.webhook.hook", "service.email", "service.teams", "service.a.b.c", "x"]),
    st.text(max_size=10),
)
WORDS = st.sampled_from(
    [
        *("message", "slack", "attachments", "webhook", "hook", "body", "engine", "go", "when", "send", "on", "for"),
        *("x", "RolloutAborted", "{{ .rollout.x.y }}", "{{ rollout.x }}", "[{ {{", "{{range until 9999}}{{.}}{{end}}"),
        *("recipients", "triggers", "trigger", "selector", "a,!a", "slack:a:b", "destinations", "service", "$x", "5s"),
        *("rollout.status.x.y", "1..1000000", "retryWaitMin", "url", "https://x.example", "true", "links", "oncePer"),
    ]
)
LEAVES = st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10))
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda part: st.lists(part, max_size=3) | st.dictionaries(WORDS, part, max_size=3), max_leaves=12
)
TEXTS = TREES.map(json.dumps) | st.text(max_size=30) | WORDS
ANNOTATIONS = st.sampled_from(["subscriptions", "subscribe.x.slack", "subscribe..", "subscribe.slack", "x"])


def _object(kind: str, namespace: str, **parts: Any) -> dict[str, Any]:
    annotations = parts.pop("annotations", {})
    metadata = {"name": "rollouts-notifier-config", "namespace": namespace, "annotations": annotations}
    return {"kind": kind, "metadata": metadata, **parts}


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(
    config=st.dictionaries(KEYS, TEXTS, max_size=6),
    secret=st.dictionaries(KEYS, TEXTS, max_size=2),
    annotations=st.dictionaries(ANNOTATIONS.map("notifications.argoproj.io/{}".format), TEXTS, max_size=3),
    status=TREES,
)
async def test_junk_never_crashes_it(config: Any, secret: Any, annotations: Any, status: Any) -> None:
    found = [
        _object("ConfigMap", "argo-rollouts", data=config),
        _object("ConfigMap", "shop", data=config),
        _object("Secret", "shop", stringData=secret),
        _object("Rollout", "shop", annotations=annotations, status=status),
    ]
    file = File("f", json.dumps({"kind": "List", "items": found}, indent=1))
    async with http.connect({}) as client:
        for own in (None, SelfService("argo-rollouts", Terms(offered=frozenset({"slack"})))):
            lines = file.text.count("\n") + 1
            assert all(one.file == "f" and 1 <= one.line <= lines for one in validate([file], client, own).findings)


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(["kind", "metadata", "data", "items", "spec"]), TREES, max_size=4))
async def test_junk_that_is_hardly_an_object_never_crashes_it(value: Any) -> None:
    await report(json.dumps(value), f"kind: ConfigMap\n{json.dumps(value)}")


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("entry", "place", "why"),
    [
        ("trigger.x: |\n  - when: all(1..9999, all(1..9999, {# > 0}))", "- when: all", "gave up after 500000 steps"),
        ("trigger.x: |\n  - when: repeat('x', 100000000) == ''", "- when: repeat", "no text of 1000000 bytes or more"),
        (
            "template.x: |\n  message: '{{range until 9999}}{{range until 9999}}{{end}}{{end}}'",
            "message:",
            "too much work: more than 200,000 steps",
        ),
        (
            "template.x: |\n  message: '{% for i in range(9999) %}{% for j in range(9999) %}.{% endfor %}{% endfor %}'",
            "message:",
            "too much work: more than 400,000 steps",
        ),
        (
            'template.x: |\n  message: |\n    {{define "x"}}{{template "x"}}{{end}}\n    {{template "x"}}',
            "{{define",
            "call one another more than 32 deep",
        ),
    ],
)
async def test_what_is_written_to_use_up_time_is_stopped_and_named(entry: str, place: str, why: str) -> None:
    reasons = "RolloutAborted, RolloutPaused, RolloutHealthy, RolloutCompleted, RolloutUpdated"
    sending = f"trigger.on-it: '- {{\"on\": [{reasons}], send: [x]}}'"
    ((line, key, message),) = await said(config_map(HOOK, entry, *([sending] if "template" in entry else [])))
    assert (key, why in message) == (entry.partition(":")[0], True)
    assert line.startswith(place)


@pytest.mark.timeout(30)
async def test_of_a_template_that_always_fails_no_more_is_tried_than_it_takes_to_say_so() -> None:
    hooks = [f"service.webhook.hook{number}: 'url: http://hook.test'" for number in range(40)]
    slow = "template.x: |\n  message: '{{range until 9999}}{{range until 9999}}{{end}}{{end}}'"
    sending = "trigger.on-it: '- {\"on\": [RolloutAborted, RolloutPaused, RolloutHealthy], send: [x]}'"
    assert len(await said(config_map(*hooks, slow, sending))) == 1
