"""`rollouts-notifier render`: one template, one Rollout, every service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.e2e.program import Finished, call
from tests.integration.daemon.stage import rollout

WEB = yaml.safe_dump({**rollout(), "status": {"phase": "Degraded", "abort": True, "abortedAt": "2026-01-01T11:00:00Z"}})
CONFIG = {
    "kind": "ConfigMap",
    "metadata": {"name": "c"},
    "data": {
        "service.webhook.hook": "url: http://hook.test",
        "template.mine": "message: '{{ event.reason }}'\nwebhook:\n  hook: {body: '{{ secrets.key }}'}\n",
        "template.broken": "message: '{{ rollout.nope.deeper }}'\n",
    },
}
SECRET = {"kind": "Secret", "metadata": {"name": "s"}, "stringData": {"key": "hunter2-hunter2"}}


async def render(*arguments: str, stdin: str = WEB) -> Finished:
    return await call("render", *arguments, "-f", "-", stdin=stdin.encode())


@pytest.fixture
def configured(tmp_path: Path) -> tuple[str, ...]:
    """Options that name a ConfigMap and a Secret."""
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    (tmp_path / "secret.yaml").write_text(yaml.safe_dump(SECRET))
    return "--config-map", str(tmp_path / "config.yaml"), "--secret", str(tmp_path / "secret.yaml")


async def test_a_shipped_template_is_rendered_for_every_type() -> None:
    finished = await render("rollout-aborted", "-o", "json")
    assert (finished.code, finished.err) == (0, "")
    found = json.loads(finished.out)
    assert [(one["type"], one["payload"]["occasion"]) for one in found] == [
        ("slack", "present"),
        ("email", "present"),
        ("webhook", "present"),
    ]
    assert all("shop/web" in one["payload"]["message"] for one in found)


async def test_one_service_one_recipient_one_event(configured: tuple[str, ...]) -> None:
    asked = ("--service", "hook", "--recipient", "r", "--event", "RolloutPaused", "-o", "yaml")
    finished = await render("mine", *configured, *asked)
    (found,) = yaml.safe_load(finished.out)
    assert (found["service"], found["recipient"], found["payload"]["message"]) == ("hook", "r", "RolloutPaused")
    assert found["payload"]["body"] == {"body": "⟦secret:key⟧"}


async def test_as_text_it_can_be_read_and_as_html_be_seen() -> None:
    text, html = await render("rollout-aborted", "--service", "slack"), await render("rollout-aborted", "-o", "html")
    assert text.out.startswith("slack (slack) to deploys: RolloutAborted, as things are now\n  | shop/web: ")
    assert html.out.lower().startswith("<!doctype html>")
    assert "<script" not in html.out


async def test_a_file_may_be_the_template(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("message: '{{ rollout.metadata.name }} it is'\n")
    assert "  | web it is\n" in (await render(str(path))).out
    path.write_text("message: |\n  hi\nslack:\n  text: '{{ nope '\n")
    broken = await render(str(path))
    assert (broken.code, broken.out) == (1, "")
    assert broken.err.startswith(f"Error: {path}:3: slack.text: ")


async def test_a_template_that_cannot_be_filled_in_is_exit_code_1(configured: tuple[str, ...]) -> None:
    finished = await render("broken", *configured)
    assert finished.code == 1
    assert finished.err.startswith("hook: template broken: message")


@pytest.mark.parametrize(
    ("arguments", "stdin", "why"),
    [
        (
            ("rollout-abort",),
            WEB,
            "there is no template 'rollout-abort', nor such a file; did you mean 'rollout-aborted'?",
        ),
        (("rollout-aborted", "--service", "slak"), WEB, "there is no service 'slak'; did you mean 'slack'?"),
        (("rollout-aborted", "--event", "x"), WEB, "there is no reason 'x'"),
        (("rollout-aborted",), "kind: ConfigMap", "- must hold one Rollout: it holds 0"),
        (("rollout-aborted",), f"{WEB}---\n{WEB}", "- must hold one Rollout: it holds 2"),
        (("rollout-aborted",), "a: b: c", "-:1: "),
        (("rollout-aborted", "--config-map", "nowhere"), WEB, "nowhere cannot be read"),
    ],
)
async def test_wrong_use_is_exit_code_2_and_one_sentence(arguments: tuple[str, ...], stdin: str, why: str) -> None:
    finished = await render(*arguments, stdin=stdin)
    assert (finished.code, finished.out) == (2, "")
    assert why in finished.err
    assert "Traceback" not in finished.err


async def test_lines_of_templates_in_go_syntax_are_answered_line_by_line() -> None:
    lines = [
        {"template": "{{.a}} {{add .b 1}}", "data": {"a": 1_000_000, "b": 2}},
        {"template": '{{(call .time.Parse "2026-01-31T12:00:00Z").Format "Jan"}}'},
        {"template": "{{.a"},
        {"template": "x\n{{index .list 3}}", "data": {"list": []}},
        {"data": {}},
    ]
    finished = await call("render", "--jsonl", stdin="\n".join(map(json.dumps, lines)).encode())
    assert finished.code == 0
    answers = [json.loads(line) for line in finished.out.splitlines()]
    assert answers[:2] == [{"output": "1e+06 3"}, {"output": "Jan"}]
    assert [set(answer) for answer in answers[2:]] == [{"error"}] * 3
    assert "(line 2)" in answers[3]["error"]


@pytest.mark.parametrize("arguments", [(), ("rollout-aborted",), ("-f", "-"), ("rollout-aborted", "--jsonl")])
async def test_a_template_with_a_file_or_lines_are_wanted(arguments: tuple[str, ...]) -> None:
    finished = await call("render", *arguments, stdin=b"")
    assert finished.code == 2
    assert "--jsonl" in finished.err
