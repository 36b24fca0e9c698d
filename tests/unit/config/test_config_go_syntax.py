"""Templates in Argo's own syntax: said to be that, not a riddle about a dot."""

from __future__ import annotations

import pytest

from tests.unit.config.maps import configured

GO = "message: 'Rollout {{.rollout.metadata.name}} is done.'"
UNSUPPORTED = "message: templates in Go syntax are not supported yet: "


@pytest.mark.parametrize(
    "message",
    [
        "Rollout {{.rollout.metadata.name}} is done.",
        "{{ if .rollout.spec.strategy.canary }}Canary{{ end }}",
        "{{range $i, $c := .rollout.spec.template.spec.containers}}{{$c.name}}{{end}}",
        '{{- (call .time.Now).Format "2006" }}',
    ],
)
def test_a_template_in_go_syntax_is_said_to_be_one_and_disables_only_itself(message: str) -> None:
    config = configured({"template.rollout-paused": f"message: '{message}'", "template.mine": "message: hello"})
    assert [(p.key, p.line) for p in config.problems] == [("template.rollout-paused", 1)]
    assert "Go syntax" in config.problems[0].message
    assert {"rollout-paused", "mine"} <= config.templates.keys()


def test_what_to_do_about_go_syntax_depends_on_what_is_sent_instead() -> None:
    config = configured({"template.rollout-paused": GO, "template.mine": GO})
    advice = [problem.message.removeprefix(UNSUPPORTED) for problem in config.problems]
    assert advice == [
        "remove this entry, and the built-in template of this name is sent",
        "write it in Jinja2; until then its triggers send only that their condition holds",
    ]
    assert config.templates.keys() == configured({}).templates.keys()


def test_a_mistake_in_jinja_is_not_taken_for_go() -> None:
    config = configured({"template.mine": "message: '{{ rollout.metadata..name }}'"})
    assert "Go syntax" not in config.problems[0].message
