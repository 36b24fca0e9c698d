"""ConfigMaps, Secrets and annotations in files: what cannot work is found, at its line, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.validation.checked import SECRET, config_map, report, rollout, said

HOOK = "service.webhook.hook: 'url: http://hook.test'"
README = Path(__file__).parents[3] / "README.md"


async def test_what_the_readme_shows_is_without_problems() -> None:
    examples = re.findall(r"```yaml\n(apiVersion.*?)```", README.read_text(), re.DOTALL)
    assert len(examples) >= 2
    assert await said(*examples) == []


@pytest.mark.parametrize(
    ("entry", "line", "key", "message"),
    [
        ("trigger.x: |\n  - when: 'true'\n    send: [nope]", "send: [nope]", "trigger.x", "no template 'nope'"),
        ("trigger.x: |\n\n  - when: a b\n    send: []", "- when: a b", "trigger.x", "`a b`"),
        ('trigger.x: "- when: true\\n- when: a b"', None, "trigger.x", "`a b`"),
        ("trigger.x: >\n  - when: a b", "trigger.x: >", "trigger.x", "`a b`"),
        (
            "template.x: |\n  message: hi\n  slack:\n    text: '{{ nope }}'",
            "text: '{{ nope }}'",
            "template.x",
            "slack.text",
        ),
        ("template.x: |\n  slack:\n    blokcs: []", "blokcs: []", "template.x", "did you mean 'blocks'?"),
        ("template.x: |\n  slack:\n    deliveryPolicy: Pst", "deliveryPolicy: Pst", "template.x", "mean 'Post'?"),
        ("template.x: |\n  mesage: hi", "mesage: hi", "template.x", "did you mean 'message'?"),
        ("service.webhok.x: ''", None, "service.webhok.x", "no service type 'webhok'"),
        ("service.webhook.x: |\n  url: ftp://x", "service.webhook.x: |", "service.webhook.x", "not an http or https"),
        ("service.webhook.x: |\n  url: http://x\n  timout: 1", "timout: 1", "service.webhook.x", "did you mean 'time"),
        ("service.webhook.x: |\n  url: http://x\n  ca: no", "service.webhook.x: |", "service.webhook.x", "ca"),
        (
            "subscriptions: |\n  - triggers: [on-rollout-paused]\n    recipients:\n    - hok",
            "- hok",
            "subscriptions[0]",
            "'hok'",
        ),
        ("defaultTriggers: |\n  - on-nope", "- on-nope", "defaultTriggers", "no trigger 'on-nope'"),
        ("context: |\n  a: 1\n  a: 2", "a: 2", "context", "stands twice"),
        ("contxt: a", None, "contxt", "did you mean 'context'?"),
        ("template.x: {message: hi}", None, "template.x", "must be a text"),
    ],
)
async def test_an_entry_that_cannot_work_is_found_at_its_line(
    entry: str, line: str | None, key: str, message: str
) -> None:
    ((where, what, why),) = await said(config_map(HOOK, entry))
    assert (where, what) == (line or entry, key)
    assert message in why


async def test_a_broken_entry_is_found_once_though_all_refer_to_it() -> None:
    broken = config_map(
        "service.webhook.hook: 'url: ftp://x'",
        "trigger.on-x: '- when: a b'",
        "template.x: 'message: {{'",
        "trigger.on-y: '- {when: \"true\", send: [x]}'",
        "defaultTriggers: '}'",
        "subscriptions: '- {recipients: [hook], triggers: [on-x]}'",
    )
    found = await said(broken, rollout('subscribe.on-x.hook: ""', 'subscribe.hook: ""'))
    assert [key for _, key, _ in found] == ["service.webhook.hook", "trigger.on-x", "template.x", "defaultTriggers"]


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ('subscribe.on-rollout-abort.hook: ""', "no trigger 'on-rollout-abort'; did you mean 'on-rollout-aborted'?"),
        ('subscribe.on-rollout-aborted.hok: ""', "no service 'hok'; did you mean 'hook'?"),
        ('subscribe.hook: ""', "there are no default triggers"),
        ('subscribed.on-rollout-aborted.hook: ""', "is no subscription"),
        ('subscriptions: "- triggers: [a]"', "`triggers` is not known; did you mean 'trigger'?"),
        ("subscribe.on-rollout-aborted.hook: 5", "must be a text"),
    ],
)
@pytest.mark.parametrize("kind", ["Rollout", "AnalysisRun", "Experiment"])
async def test_an_annotation_that_cannot_work_is_found_at_its_line(kind: str, annotation: str, message: str) -> None:
    good = 'subscribe.on-rollout-paused.hook: ""'
    found = await said(config_map(HOOK), rollout(good, annotation).replace("Rollout", kind))
    lines, keys, messages = zip(*found, strict=True)
    assert set(lines) == {f"notifications.argoproj.io/{annotation}"}
    assert set(keys) == {f"notifications.argoproj.io/{annotation.partition(':')[0]}"}
    assert message in messages[0]


SLACK = "service.slack: 'token: xoxb-1'"
MAIL = "service.email: '{host: smtp.test, from: a@shop.test}'"


@pytest.mark.parametrize(
    ("service", "annotation", "message"),
    [
        (SLACK, 'subscribe.on-rollout-aborted.slack: ""', "names no channel: write its name, such as shop-deploys"),
        (MAIL, "subscribe.on-rollout-aborted.email: shop-team", "'shop-team' is no mail address"),
    ],
)
async def test_recipients_whom_nothing_can_reach_are_found(service: str, annotation: str, message: str) -> None:
    line = f"notifications.argoproj.io/{annotation}"
    assert await said(config_map(service), rollout(annotation)) == [(line, line.partition(":")[0], message)]


async def test_global_recipients_whom_nothing_can_reach_are_found_at_their_line() -> None:
    good = "  - recipients: ['slack:ops']\n    triggers: [on-rollout-aborted]"
    bad = "  - recipients:\n    - slack\n    triggers: [on-rollout-aborted]"
    ((line, key, message),) = await said(config_map(SLACK, f"subscriptions: |\n{good}\n{bad}"))
    assert (line, key) == ("- recipients:", "subscriptions[1]")
    assert message == "names no channel: write its name, such as shop-deploys"


@pytest.mark.parametrize(
    "prefix", ["notification.argoproj.io/", "notifications.argoprj.io/", "Notifications.argoproj.io/", ""]
)
async def test_a_subscription_under_another_prefix_is_found_with_the_right_one(prefix: str) -> None:
    right = 'subscribe.on-rollout-aborted.hook: ""'
    found = await said(config_map(HOOK), rollout(right).replace("notifications.argoproj.io/", prefix))
    assert found == [
        (
            f"{prefix}{right}",
            f"{prefix}subscribe.on-rollout-aborted.hook",
            "is no subscription: write notifications.argoproj.io/subscribe.on-rollout-aborted.hook",
        )
    ]


async def test_annotations_of_others_are_their_business() -> None:
    others = ("rollout.argoproj.io/revision", "shop.example/subscribe.news", "notified.argoproj.io/when", "note")
    texts = [rollout("x: y").replace("notifications.argoproj.io/x", other) for other in others]
    assert await said(config_map(HOOK), *texts) == []


async def test_without_a_config_map_any_service_may_be_meant_and_triggers_are_those_built_in() -> None:
    found = await report(rollout('subscribe.on-rollout-aborted.any: ""', 'subscribe.on-nope.any: ""'))
    assert [one.message for one in found.findings] == ["there is no trigger 'on-nope'"]
    assert found.remarks == (
        "there is no ConfigMap: services are not checked, triggers against those that are built in",
    )


async def test_what_any_of_several_config_maps_knows_may_be_meant() -> None:
    other = config_map("trigger.on-own: '- when: \"true\"'").replace("argo-rollouts", "shop")
    assert await said(config_map(HOOK), other, rollout('subscribe.on-own.hook: ""')) == []


async def test_other_config_maps_are_ignored_with_a_remark() -> None:
    found = await report("kind: ConfigMap\nmetadata: {name: app}\ndata: {trigger: x, my.service.x: y}\n")
    assert found.findings == ()
    assert found.remarks == ("0.yaml:1: ConfigMap app is ignored: none of its keys is about notifications",)


USING = config_map(
    'service.webhook.hook: "{url: $url, headers: {X-A: $one, X-B: $two}}"',
    "template.x: \"message: '{{ secrets.three }}'\"",
    "trigger.on-x: '- {when: \"true\", send: [x]}'",
)


async def test_without_a_secret_what_is_taken_from_one_is_not_checked_and_said_to_be_so() -> None:
    found = await report(USING, SECRET.replace("argo-rollouts", "elsewhere"))
    assert found.findings == ()
    assert "no Secret beside it" in "".join(found.remarks)


async def test_keys_that_no_secret_beside_it_has_are_found() -> None:
    found = await report(USING, f"{SECRET}stringData: {{url: 'http://x', tow: x}}\n")
    assert [one.message.split(";")[0] for one in found.findings] == [
        "the Secret has no key 'one'",
        "the Secret has no key 'two'",
        "cannot be rendered for on-x of a made-up Rollout: message: secrets.three is not there (line 1)",
    ]
    assert found.remarks == ()


async def test_secrets_of_a_namespace_are_taken_together_coded_and_plain() -> None:
    coded = f"{SECRET}data:\n  one: eA==\n  three: |\n    eHh4\n    eHh4\n"
    assert await said(USING, f"{SECRET}stringData: {{url: 'http://x', two: x}}\n---\n{coded}") == []


async def test_a_secret_s_bad_base64_is_found_once_and_binary_values_are_others_business() -> None:
    data = "data:\n  one: no base64!\n  two: é\n  three: 1234\n  key.p12: /w==\n"
    found = await said(USING, f"{SECRET}{data}stringData: {{url: 'http://x'}}\n")
    assert [line for line, _, _ in found] == ["one: no base64!", "two: é", "three: 1234"]
    assert [message.split(":")[0] for _, _, message in found] == ["is no base64", "is no base64", "must be a text"]


async def test_a_secret_that_makes_options_wrong_is_found_without_its_value() -> None:
    ((_, key, message),) = await said(USING, f"{SECRET}stringData: {{url: not-a-url, one: x, two: x, three: x}}\n")
    assert (key, message) == ("service.webhook.hook", "url: not an http or https URL with a host")


async def test_files_that_only_the_daemon_has_are_not_missed() -> None:
    assert await said(config_map("service.webhook.hook: '{url: http://x, caFile: /etc/nowhere/ca.pem}'")) == []


async def test_problems_are_sorted_by_file_and_line_and_each_said_once() -> None:
    one = rollout('subscribe.on-b.x: ""', 'subscribe.on-a.x: ""')
    found = (await report(one, f"{one}---\n{one}")).findings
    assert [(problem.file, problem.line) for problem in found] == [
        *(("0.yaml", 7), ("0.yaml", 8)),
        *(("1.yaml", line) for line in (7, 8, 17, 18)),
    ]
