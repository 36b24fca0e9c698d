"""Templates in Argo's own syntax: known by it, in force, and broken alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.config.schema import Config, Engine
from notifier.errors import TemplateError
from notifier.secrets import SecretNames, names
from tests.unit.config.maps import configured

ROLLOUT = {"metadata": {"name": "cart", "annotations": {}}, "spec": {"replicas": 3, "strategy": {"canary": {}}}}

GO = [
    ("Rollout {{.rollout.metadata.name}} is done.", "Rollout cart is done."),
    ("{{ if .rollout.spec.strategy.canary }}Canary{{ else }}BlueGreen{{ end }}", "BlueGreen"),
    ("{{range $i, $c := .rollout.spec.containers}}{{$c.name}}{{end}}none", "none"),
    ('{{- (call .time.Now).Format "2006" }}', "1970"),
    ('{{ printf "%s" .rollout.metadata.name }}', "cart"),
    ("{{ add 1 .rollout.spec.replicas }}", "4"),
    ('{{ "a" | upper | printf "%s!" }}', "A!"),
    ("{{/* nothing */}}{{- `raw` -}}", "raw"),
    ("{{ with .rollout }}{{ .metadata.name }}{{ end }}", "cart"),
    ('{{ (get .rollout.metadata "name") | upper }}', "CART"),
    ('at {{ htmlDate now }}, {{ "a" | title | quote }}', 'at 1970-01-01, "A"'),
    ("{{ .recipient }} of {{ .serviceType }}", "me of slack"),
    ("{{ .rollout.metadata.nosuch.deeper }}", "<no value>"),
]
JINJA = [
    "{{ rollout.metadata.name }}",
    "{{ rollout.metadata.name if rollout else 'none' }}",
    "{% for c in rollout.spec.containers %}{{ c.name }}{% endfor %}",
    "{{ rollout.spec.replicas | default(1) }} {{ 'a' ~ 1.5 }} {{ not (rollout) }}",
    "{{ (rollout.spec.replicas + 1) * 2 }}",
    "{{ -rollout.spec.replicas }}",
    "no braces at all",
    "{% raw %}{{.rollout}}{% endraw %}",
    "{{ rollout | tojson }} | {{ 'x' }} and .5 of $3",
    "{{ event.weight.new or 'unknown' }}",
]


def said(config: Config, name: str = "mine", section: str = "message", **more: Any) -> Any:
    """What a section of a template says about `ROLLOUT`."""
    variables = {"rollout": ROLLOUT, "recipient": "me", "serviceType": "slack", "now": 0.0, "secrets": SecretNames(())}
    return config.templates[name].sections[section].render(variables | more)


def written(message: str) -> Config:
    """A template with such a message."""
    indented = "".join(f"\n  {line}" for line in message.splitlines())
    return configured({"template.mine": f"message: |-{indented}"})


@pytest.mark.parametrize(("message", "text"), GO)
def test_a_template_in_go_syntax_is_known_by_it_and_says_what_go_says(message: str, text: str) -> None:
    config = written(message)
    assert config.problems == ()
    assert config.templates["mine"].engine is Engine.GO
    assert said(config) == text


@pytest.mark.parametrize("message", JINJA)
def test_what_is_jinja_is_not_taken_for_go(message: str) -> None:
    config = written(message)
    assert config.problems == ()
    assert config.templates["mine"].engine is Engine.JINJA2


def test_engine_settles_what_it_is_written_in() -> None:
    text = "engine: {}\nmessage: '{{{{ \"a\" }}}} {{{{ 1 }}}}'"
    for engine in Engine:
        config = configured({"template.mine": text.format(engine)})
        assert config.templates["mine"].engine is engine
        assert said(config) == "a 1"


def test_an_engine_that_there_is_not_is_an_error() -> None:
    config = configured({"template.mine": "message: hi\nengine: mustache", "template.odd": "engine: [go]\nmessage: hi"})
    assert [(p.key, p.line, p.message) for p in config.problems] == [
        ("template.mine", 2, "`engine` is jinja2 or go, not 'mustache'"),
        ("template.odd", 1, "`engine` is jinja2 or go, not ['go']"),
    ]


@pytest.mark.parametrize(
    ("message", "line", "why"),
    [
        ("{{ .rollout.metadata.name", 1, "unclosed"),
        ("ok\n{{ if .rollout }}", 2, ""),
        ("{{ nosuch .rollout }}", 1, 'function "nosuch" not defined'),
        ("{{ genPrivateKey `rsa` | upper }}", 1, "genPrivateKey"),
    ],
)
def test_a_fault_of_go_syntax_disables_only_its_entry_and_names_leaf_and_line(
    message: str, line: int, why: str
) -> None:
    entries = {"template.rollout-paused": f"message: |-\n  {message.replace(chr(10), chr(10) + '  ')}"}
    config = configured({**entries, "template.mine": "message: hello"})
    (problem,) = config.problems
    assert problem.key == "template.rollout-paused"
    assert problem.message.startswith("message: ")
    assert why in problem.message
    assert f"(line {line})" in problem.message
    assert {"rollout-paused", "mine"} <= config.templates.keys()


def test_texts_that_are_json_are_parsed_once_rendered() -> None:
    text = 'slack:\n  attachments: \'[{"title": "{{ .rollout.metadata.name }}"}]\'\n  notifyBroadcast: true'
    config = configured({"template.mine": text})
    assert said(config, section="slack") == {"attachments": [{"title": "cart"}], "notifyBroadcast": True}


def test_json_that_a_quote_breaks_is_an_error_that_names_leaf_and_line() -> None:
    text = 'slack:\n  attachments: |\n    [{\n    "title": "{{ .rollout.metadata.name }}"}]'
    config = configured({"template.mine": text})
    with pytest.raises(TemplateError, match=r"slack.attachments: .*`toJson` quotes.* \(line 2\)"):
        said(config, section="slack", rollout={"metadata": {"name": 'a "quoted" name'}})


def test_a_webhook_s_body_stays_the_text_it_is() -> None:
    config = configured(
        {"template.mine": "webhook:\n  ci:\n    method: POST\n    body: '{\"n\": {{ .rollout.spec.replicas }}}'"}
    )
    assert said(config, section="webhook.ci") == {"method": "POST", "body": '{"n": 3}'}


SECRETS = SecretNames({"token": "s3cret"})


def test_a_secret_is_a_placeholder_whatever_is_done_with_it() -> None:
    config = written("{{ .secrets.token }} {{ .secrets.token | toString }} {{ toJson .secrets.token }}")
    assert said(config, secrets=SECRETS).count("\u27e6secret:token\u27e7") == 3


@pytest.mark.parametrize(
    "message",
    [
        "{{ .rollout.note }}",
        "{{ .rollout.coded | b64dec }}",
        '{{ printf "%csecret:token%c" 10214 10215 }}',
        "\u27e6secret:token\u27e7{{.rollout.nothing}}",
    ],
)
def test_nothing_but_the_secrets_makes_a_placeholder(message: str) -> None:
    rollout = {"note": "\u27e6secret:token\u27e7", "coded": "4p+mc2VjcmV0OnRva2Vu4p+n"}
    assert names(said(written(message), rollout=rollout, secrets=SECRETS)) == []


@given(st.text(max_size=60))
def test_whatever_a_template_holds_loading_ends_with_it_or_with_one_error(message: str) -> None:
    config = configured({"template.mine": f"message: {{{{.x}}}}\nengine: go\nslack: {{text: {message!r}}}"})
    assert ("mine" in config.templates) is not any(problem.key == "template.mine" for problem in config.problems)
