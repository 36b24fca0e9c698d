"""Argo's ConfigMap and Secret as ours: every entry is kept, rewritten or left out, and the report says which."""

from __future__ import annotations

import base64
import functools
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as st

from notifier.config.load import Source, load
from notifier.config.schema import Engine, Template
from notifier.directory import CHECKS
from notifier.migration import argos, occasions
from notifier.migration.migrating import Wishes
from notifier.migration.rewriting import compiled, in_go
from notifier.migration.sameness import Stage, difference
from notifier.migration.samples import samples
from tests.unit.migration.migrated import ARGOS, RECORDINGS, migrated, of_text, secret

RECORDED = sorted(set(RECORDINGS.glob("*.jsonl.gz")) - {RECORDINGS / "x-standalone-experiment-and-run.jsonl.gz"})
HOOK = {"service.webhook.hook": "url: http://hook.test"}
ONCE = "fires when its condition becomes true; what holds already is learned silently"


def argos_entries() -> dict[str, str]:
    data: dict[str, str] = next(iter(yaml.safe_load_all(ARGOS.read_text())))["data"]
    return data


@functools.cache
def changed_templates() -> dict[str, tuple[Template, Template, frozenset[str]]]:
    """Those of Argo's that are not what they were: before, after, and what they are sent for."""
    entries, ours = argos_entries(), of_text(ARGOS.read_text()).data
    config = load(Source("argo's", entries), {"slack-token": "xoxb-secret"}, CHECKS)
    names = [key.removeprefix("template.") for key in entries if entries[key] != ours[key]]
    texts = {name: (entries[f"template.{name}"], ours[f"template.{name}"]) for name in names}
    return {n: (in_go(n, b), compiled(n, a), occasions.reasons(n, config)) for n, (b, a) in texts.items()}


def test_argos_configmap_is_migrated_whole_and_loads_without_problems() -> None:
    found = of_text(ARGOS.read_text())
    assert list(found.data) == list(argos_entries())
    config = load(Source("ours", found.data), {"slack-token": "xoxb-secret"}, CHECKS)
    assert config.problems == ()
    rewritten = {key for key, said in found.said.items() if said[0].startswith("rewritten")}
    assert rewritten == {"template.degraded", "template.healthy", "template.step-two"}
    in_jinja = {name for name in rewritten if config.templates[name.partition(".")[2]].engine is Engine.JINJA2}
    assert in_jinja == rewritten
    assert not any(line.startswith(("does not work", "not supported")) for said in found.said.values() for line in said)


@pytest.mark.parametrize("recording", RECORDED, ids=lambda path: str(path.name))
def test_every_template_renders_the_same_before_and_after(recording: Path) -> None:
    states = tuple(samples(recording.name, recording.read_bytes()))
    assert len(states) > 1
    for name, (before, after, reasons) in changed_templates().items():
        assert (name, difference(before, after, Stage(reasons, states))) == (name, "")


def test_names_are_ours_and_the_namespace_stays_unless_another_is_wished_for() -> None:
    (config_map,) = migrated(HOOK).objects
    assert (config_map["kind"], config_map["apiVersion"]) == ("ConfigMap", "v1")
    assert config_map["metadata"] == {"name": "rollouts-notifier-config", "namespace": "argo-rollouts"}
    (config_map,) = migrated(HOOK, wishes=Wishes(namespace="elsewhere")).objects
    assert config_map["metadata"]["namespace"] == "elsewhere"


def test_without_a_secret_the_report_says_what_it_must_hold() -> None:
    found = migrated(
        {
            "service.slack": "token: $slack-token",
            "template.x": "message: '{{.secrets.word}} {{index .secrets \"a.b\"}} costs $5'",
            "trigger.x": "[{when: secrets.flag == 'a', send: [x]}]",
        }
    )
    needed = {key: said for key, said in found.said.items() if said[0].startswith("needed")}
    assert needed == {
        "slack-token": ["needed: by service.slack"],
        "word": ["needed: by template.x"],
        "a.b": ["needed: by template.x"],
        "flag": ["needed: by trigger.x"],
    }


def test_the_secret_is_written_untouched_when_wished_for_and_never_told_of() -> None:
    given = {**secret(plain="very-secret"), "data": {"coded": base64.b64encode(b"most-secret").decode()}}
    entries = {"service.webhook.hook": "url: http://$coded.test/$plain\nvery-secret: most-secret"}
    assert len(migrated(entries, given).objects) == 1
    found = migrated(entries, given, wishes=Wishes(with_secret=True))
    written = found.objects[1]
    assert written["metadata"] == {"name": "rollouts-notifier-secret", "namespace": "argo-rollouts"}
    assert (written["kind"], written["data"], written["stringData"]) == ("Secret", given["data"], given["stringData"])
    assert found.said["plain"] == ["kept: by service.webhook.hook"]
    assert found.said["service.webhook.hook"] == ["kept: unknown key '$plain' is ignored; did you mean 'secret'?"]
    assert "most-secret" not in str(found.said)
    assert "very-secret" not in str(found.said)


def test_what_the_secret_lacks_will_not_work() -> None:
    found = migrated({"service.slack": "token: $slack-tokn"}, secret(**{"slack-token": "xoxb"}))
    assert found.said["slack-tokn"] == ["does not work: not there, needed by service.slack"]


SENT = "- send: [x]"
EVENT_ONLY = "leaves no trace but a Kubernetes Event, which may be missed"
NAMED_SO = "fires for a Kubernetes Event whose reason gives this name; no reason is known that does"
NEVER = "it can never fire, nor could it in Argo: it has no `when`, and no event is named so"
BESIDE = "a condition without `when` never fires beside one that has it: no event is named so"
JUDGED = "Argo judges `when` by the status of before, and may send twice; here once, as soon as it holds"
EMPTY = "it names no template: Argo sends an empty message, here it says what happened"


@pytest.mark.parametrize(
    ("name", "trigger", "said"),
    [
        ("on-rollout-completed", SENT, ["kept"]),
        ("on-rollout-aborted", SENT, ["changed: told once, where Argo tells a passed deadline twice"]),
        ("x", "- {when: 1 == 1, send: [x]}", [f"kept: {ONCE}"]),
        ("x", SENT, [f"does not work: {NEVER}"]),
        ("on-switch-service", SENT, [f"kept: SwitchService {EVENT_ONLY}"]),
        ("on-some-reason", SENT, [f"kept: {NAMED_SO}"]),
        (
            "on-rollout-completed",
            "- when: 1 == 1",
            [f"changed: {JUDGED} after RolloutCompleted, for the same revision", f"changed: {EMPTY}"],
        ),
        (
            "on-rollout-completed",
            "- {oncePer: rollout.status.phase, send: [x]}",
            ["changed: Argo ignores `oncePer` of an event; here it counts, per revision"],
        ),
        ("x", f"- {{when: 1 == 1, send: [x]}}\n{SENT}", [f"kept: {ONCE}", f"does not work: {BESIDE}"]),
        ("x", "[]", ["dropped: it said nothing"]),
    ],
)
def test_a_trigger_is_kept_and_what_differs_is_said(name: str, trigger: str, said: list[str]) -> None:
    entries = {f"trigger.{name}": trigger, "template.x": "message: x"}
    found = migrated(entries)
    assert found.said[f"trigger.{name}"] == said
    assert found.data.get(f"trigger.{name}", trigger) == trigger
    assert (f"trigger.{name}" in found.data) is (trigger != "[]")


def test_a_service_that_is_not_built_stays_and_is_reported() -> None:
    entries = {"service.teams": "recipientUrls: {a: http://b}", "service.nonsense": "a: b", "service.slack": "token: x"}
    found = migrated(entries)
    assert found.data == entries
    assert found.said["service.teams"] == [
        "not supported: services of type 'teams' are not supported yet: messages for it are recorded, and not sent"
    ]
    assert found.said["service.nonsense"][0].startswith("does not work: there is no service type 'nonsense'")
    assert found.said["service.slack"] == ["kept"]


def test_services_of_one_name_are_reported() -> None:
    entries = {"service.webhook.a": "url: http://a.test", "service.slack.a": "token: x"}
    assert migrated(entries).said["service.webhook.a"] == [
        "does not work: service.slack.a has that name already; give this one another"
    ]


def test_what_argo_truncates_or_ignores_is_said() -> None:
    entries = HOOK | {
        "subscriptions": "- {recipients: ['hook:http://a.test', 'hook:b'], triggers: [on-rollout-completed]}",
        "context": "cluster: a",
        "config.yaml": "x",
        "defaultTriggers": "[]",
        "defaultTriggers.hook": "[on-rollout-completed]",
    }
    found = migrated(entries)
    assert found.said["subscriptions"] == [
        "changed: item 1: Argo cuts 'http://a.test' to 'http'; here the whole recipient of hook is told"
    ]
    assert found.said["context"] == ["changed: Argo ignores it; here templates see it as `context`"]
    assert found.said["config.yaml"] == ["dropped: it said nothing: neither Argo nor this program reads it"]
    assert found.said["defaultTriggers"] == ["dropped: it said nothing"]
    assert found.data.keys() == entries.keys() - {"config.yaml", "defaultTriggers"}


def test_a_subscription_that_never_fires_will_not_work() -> None:
    assert migrated(HOOK | {"subscriptions": "- {recipients: [hook, nobody]}"}).said["subscriptions"] == [
        "does not work: item 1: names no trigger, and there are no default triggers",
        "does not work: item 1: there is no service 'nobody'",
    ]


def test_what_argo_passes_over_as_well_is_no_problem() -> None:
    assert migrated({"template.x": "message: a\nmesage: b"}).said["template.x"] == [
        "kept: unknown section 'mesage' (did you mean 'message'?) is ignored"
    ]


def test_a_template_that_no_sample_can_fill_in_is_kept() -> None:
    entries = {"template.x": "message: '{{if lt .rollout.metadata.labels.tier \"b\"}}a{{end}}'"}
    assert migrated(entries).said["template.x"] == [
        "kept: in Go syntax, because it could not be rendered for any sample"
    ]


def test_a_broken_template_is_kept_and_reported() -> None:
    found = migrated({"template.x": "message: '{{.a'", "template.y": "- a", "template.z": "message: '{{nope}}'"})
    assert found.said["template.x"][-1].startswith("does not work: message: unclosed action")
    assert found.said["template.y"][-1].startswith("does not work: a template is a mapping")
    assert 'function "nope" not defined' in found.said["template.z"][-1]


def test_a_template_that_says_nothing_says_what_happened() -> None:
    found = migrated({"template.x": ""})
    assert found.data == {"template.x": 'message: ""\n'}
    assert found.said["template.x"] == ["changed: Argo sends an empty message, here it says what happened"]


def test_argos_own_templates_give_way_to_ours_when_wished_for() -> None:
    unchanged = {}
    for key, text in argos_entries().items():
        template = yaml.safe_load(text)
        if key.startswith("template.") and "email" in template:
            del template["webhook"]
            unchanged[key] = yaml.safe_dump(template)
    triggers = {
        key: text for key, text in argos_entries().items() if "on-rollout" in key or key == "trigger.on-step-two"
    }
    mine = {"template.rollout-aborted": "message: mine"}
    found = migrated(unchanged | mine | triggers | {"template.step-two": "message: x"}, wishes=Wishes(use_shipped=True))
    assert found.data.keys() == {*mine, "template.step-two", "trigger.on-step-two"}
    assert len(unchanged) == 9
    assert all(argos.is_template(key, text) for key, text in unchanged.items())
    kept = migrated(unchanged)
    assert kept.data.keys() == unchanged.keys()
    assert kept.said["template.rollout-updated"][0].endswith("; --use-shipped takes ours in its place")


def test_samples_decide_whether_a_template_is_rewritten() -> None:
    entries = {"template.x": "message: '{{.rollout.status.phase}}'", "trigger.x": "[{when: 1 == 1, send: [x]}]"}
    odd = {"kind": "Rollout", "metadata": {"name": "odd", "namespace": "a", "uid": "b"}, "status": {"phase": "Healthy"}}
    (sample,) = samples("odd.yaml", json.dumps(odd).encode())
    assert migrated(entries, wishes=Wishes(samples=[sample])).said["template.x"] == [
        "rewritten: in Jinja2; renders the same"
    ]
    listed = sample._replace(rollout={**odd, "status": {"phase": ["a", "b"]}})
    assert migrated(entries, wishes=Wishes(samples=[listed])).said["template.x"] == [
        "kept: in Go syntax, because the message would differ for Rollout odd in odd.yaml"
    ]


_KEYS = st.one_of(
    st.sampled_from(["service.slack", "service.webhook.x", "service.", "template.x", "trigger.on-rollout-aborted"]),
    st.sampled_from(["subscriptions", "defaultTriggers", "defaultTriggers.x", "context", "service.a.b.c", "trigger."]),
    st.text(max_size=10),
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["{{.rollout}}", "{{", "$a", "x:y:z"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["message", "slack", "attachments", "webhook", "when", "send", "oncePer", "recipients", "url"]
            )
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(_KEYS, st.text(max_size=30) | _JSON.map(json.dumps), max_size=4))
def test_whatever_the_configmap_holds_each_entry_gets_a_line(entries: dict[str, str]) -> None:
    found = migrated(entries | {"trigger.y": "- send: []"})
    assert all(found.said.values())
    assert found.data.keys() <= entries.keys() | {"trigger.y"}
    load(Source("ours", found.data), {}, CHECKS)
