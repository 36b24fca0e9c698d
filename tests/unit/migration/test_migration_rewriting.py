"""Templates in Go's syntax: rewritten in Jinja2 where that says the same, else kept, and why."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

from notifier.config.schema import Engine
from notifier.errors import ConfigError
from notifier.migration.expressions import Step
from notifier.migration.rewriting import Rewritten, compiled, in_go, rewritten
from notifier.migration.sameness import MADE_UP, Stage, difference
from notifier.migration.samples import samples
from tests.unit.migration.migrated import RECORDINGS

CORPUS: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "corpus.yaml").read_text())
STAGE = Stage(("", "RolloutAborted", "RolloutPaused"), MADE_UP, ("token",))
SAME = {"", "it could not be rendered for any sample"}
NAME = ".rollout.metadata.name"


def of(template: dict[str, Any], step: Step = Step.CURRENT) -> Rewritten:
    return rewritten("x", json.dumps(template), step)


def tree(template: dict[str, Any], step: Step = Step.CURRENT) -> dict[str, Any]:
    """What a template becomes that is rewritten, and then says the same as before."""
    found = of(template, step)
    assert not found.why
    reasons = ("RolloutStepCompleted",) if step is Step.COMPLETED else STAGE.reasons
    assert (
        difference(in_go("x", json.dumps(template)), compiled("x", found.text), STAGE._replace(reasons=reasons)) == ""
    )
    value: dict[str, Any] = yaml.safe_load(found.text)
    return value


@pytest.mark.parametrize("case", [case for case in CORPUS if "jinja2" in case], ids=lambda case: str(case["go"]))
def test_a_text_is_rewritten_and_says_the_same(case: dict[str, str]) -> None:
    expected = {"message": case["jinja2"]} | ({"engine": case["engine"]} if "engine" in case else {})
    assert tree({"message": case["go"]}) == expected


@pytest.mark.parametrize("recording", ["s001-basic-canary-narrative", "s004-bluegreen-abort", "x-invalid-spec"])
def test_what_is_rewritten_says_the_same_of_recorded_rollouts(recording: str) -> None:
    file = RECORDINGS / f"{recording}.jsonl.gz"
    stage = Stage(("", "RolloutAborted"), tuple(samples(file.name, file.read_bytes())), ("token",))
    for text in (json.dumps({"message": case["go"]}) for case in CORPUS if "jinja2" in case):
        after = compiled("x", rewritten("x", text, Step.CURRENT).text)
        assert (text, difference(in_go("x", text), after, stage)) in [(text, same) for same in SAME]


@pytest.mark.parametrize("case", [case for case in CORPUS if "kept" in case], ids=lambda case: str(case["go"]))
def test_a_text_without_an_exact_counterpart_is_kept(case: dict[str, str]) -> None:
    found = of({"message": case["go"]})
    assert found.why == f"message: {case['kept']}"
    assert yaml.safe_load(found.text) | {"engine": "go"} == {"message": case["go"], "engine": "go"}
    with suppress(ConfigError):
        assert compiled("x", found.text).engine is Engine.GO


def test_json_becomes_a_tree() -> None:
    attachments = f"""[{{
      "title": "{{{{ {NAME}}}}}", "short": true, "fallback": null, "text": "a \\"b\\"\\n{{{{{NAME}}}}}",
      "fields": [{{"title": "Replicas", "value": "{{{{.rollout.spec.replicas}}}}"}}]
    }}]"""
    title = "{{ rollout.metadata.name }}"
    replicas = '{{ rollout.spec.replicas | default("<no value>") }}'
    fields = [{"title": "Replicas", "value": replicas}]
    attachment = {"title": title, "short": True, "fallback": None, "text": f'a "b"\n{title}', "fields": fields}
    assert tree({"slack": {"attachments": attachments}}) == {"slack": {"attachments": [attachment]}}


def test_keys_are_read_without_regard_to_capitals() -> None:
    written = {"Slack": {"Blocks": '[{"type": "{{.recipient}}"}]'}}
    assert tree(written) == {"Slack": {"Blocks": [{"type": "{{ recipient }}"}]}}


def test_in_a_webhooks_body_texts_stay_texts_and_values_values() -> None:
    glued = {"webhook": {"sink": {"body": '{"replicas": {{.rollout.spec.replicas}}}'}}}
    assert of(glued).why == "webhook.body: what stands outside of quotes in JSON is not made by `toJson`"
    body = '{"replicas": "{{.rollout.spec.replicas}}", "status": {{toJson .rollout.status}}, "n": {{.x | toJson}}}'
    assert of({"webhook": {"sink": {"body": body}}}).why == "webhook.body: `.x` has no counterpart in Jinja2"
    body = body.replace(".x", ".rollout.spec.replicas")
    assert tree({"webhook": {"sink": {"body": body, "method": "PUT"}}})["webhook"]["sink"] == {
        "body": {
            "replicas": '{{ (rollout.spec.replicas | default("<no value>")) | string }}',
            "status": "{{ rollout.status }}",
            "n": "{{ rollout.spec.replicas }}",
        },
        "method": "PUT",
    }


@pytest.mark.parametrize(
    ("attachments", "why"),
    [
        (
            '[{{range .analysisRuns}}{"title": "{{.metadata.name}}"},{{end}}{}]',
            "a loop or condition makes parts of its JSON",
        ),
        ('[{"ts": {{.rollout.spec.replicas}}}]', "what stands outside of quotes in its JSON would become a text"),
        ('[{"{{.recipient}}": 1}]', "a key of its JSON stands twice, or is made by an action"),
        ('[{"a": 1, "a": "{{.recipient}}"}]', "a key of its JSON stands twice, or is made by an action"),
        ('[{"a": "{{.recipient}}"]', "it is no JSON: Expecting ',' delimiter"),
        ('[{"a": "{{if .recipient}}\\x{{end}}"}]', "a text in its JSON is broken: Invalid \\escape"),
        ("[" * 60 + '"{{.recipient}}"' + "]" * 60, "its JSON is nested too deep"),
        ("[" * 5000 + '"{{.recipient}}"' + "]" * 5000, "its JSON is nested too deep"),
        ('[{"a": "\ue000{{.recipient}}"}]', "it has too many actions, or characters for private use"),
    ],
)
def test_json_whose_structure_is_glued_is_kept(attachments: str, why: str) -> None:
    assert of({"slack": {"attachments": attachments}}).why == f"slack.attachments: {why}"


def test_the_step_index_is_the_events_where_a_step_was_completed() -> None:
    step = {"message": "{{add .rollout.status.currentStepIndex 1}} behind {{.rollout.status.currentStepIndex}}"}
    expected = {"message": "{{ event.step.index }} behind {{ event.step.index - 1 }}"}
    assert tree(step, Step.COMPLETED) == expected
    assert "for some of the triggers" in of(step, Step.EITHER).why
    whole = {"webhook": {"sink": {"body": '{"status": {{toJson .rollout.status}}}'}}}
    assert "as it was before the step" in of(whole, Step.COMPLETED).why


def test_what_may_hold_slacks_markup_is_rewritten_for_others_only() -> None:
    owner = '{{index .rollout.metadata.annotations "owner"}}'
    ours = '{{ rollout.metadata.annotations.owner | default("<no value>") }}'
    assert tree({"email": {"subject": owner}}) == {"email": {"subject": ours}}
    assert of({"slack": {"username": owner}}).why.startswith("slack.username: ")


def test_sections_of_services_that_are_not_built_keep_a_template_in_go() -> None:
    assert "'teams' are not built yet" in of({"message": f"{{{{{NAME}}}}}", "teams": {"title": "x"}}).why


def test_what_has_no_actions_is_left_alone() -> None:
    assert of({"message": "hello"}) == Rewritten('{"message": "hello"}')
    assert of({"engine": "jinja2", "message": "{{ event.reason }}"}).why == ""
    assert yaml.safe_load(of({"message": "50{% of it"}).text) == {"engine": "go", "message": "50{% of it"}


@pytest.mark.parametrize("text", ["", "- a", "a: b: c", "just text"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        rewritten("x", text, Step.CURRENT)


_WORDS = st.sampled_from(
    [
        *(
            "{{",
            "}}",
            "-",
            " ",
            "\n",
            "if",
            "range",
            "end",
            "else",
            "with",
            "$x",
            ":=",
            ".rollout",
            ".status",
            ".phase",
        ),
        *(
            "|",
            "default",
            '"a"',
            "eq",
            "add",
            "1",
            "(",
            ")",
            ".",
            "{%",
            "text",
            "toJson",
            ".spec",
            "index",
            "not",
            "\\",
        ),
    ]
)


@given(st.lists(_WORDS, max_size=20).map("".join))
def test_whatever_is_written_it_is_rewritten_or_kept(text: str) -> None:
    source = json.dumps({"message": text, "slack": {"attachments": f'[{{"a": "{text}"}}]'}})
    found = rewritten("x", source, Step.CURRENT)
    if found.why:
        assert {**json.loads(source), "engine": "go"} == {**yaml.safe_load(found.text), "engine": "go"}
    else:
        assert difference(in_go("x", source), compiled("x", found.text), STAGE) in SAME


_PATHS = st.sampled_from(
    [
        *(
            NAME,
            ".rollout.spec.replicas",
            ".rollout.status.phase",
            ".rollout.spec.paused",
            ".rollout.metadata.labels.app",
        ),
        *(".recipient", ".rollout.status.message", ".rollout.status.currentStepIndex", ".analysisRuns", '"a<b"', "3"),
    ]
)
_CALLS = st.recursive(
    _PATHS,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["eq", "ne", "and", "or", "add", "sub", "default", "gt"]), inner, inner),
        st.tuples(
            st.sampled_from(
                ["not", "upper", "len", "trunc 2", "toString", "int", "empty", 'printf "%s"', 'printf "<%d>"']
            ),
            inner,
        ),
    ).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=6,
)


@given(
    st.lists(
        st.tuples(_CALLS, st.sampled_from(["{{%s}}", "{{if %s}}yes\n{{else}}\nno{{end}}", "{{with %s}} {{.}}{{end}}"]))
    )
)
def test_what_is_rewritten_says_the_same(parts: list[tuple[str, str]]) -> None:
    source = json.dumps({"message": "".join(shape % call for call, shape in parts)})
    found = rewritten("x", source, Step.CURRENT)
    if not found.why:
        assert difference(in_go("x", source), compiled("x", found.text), STAGE) in SAME
