"""`rollouts-notifier eval`: one condition about one Rollout, or lines of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from notifier.cli import main
from tests.integration.daemon.stage import rollout

WEB = rollout()


def evaluated(*arguments: str, stdin: str = yaml.safe_dump(WEB)) -> Result:
    return CliRunner().invoke(main, ["eval", *arguments], input=stdin)


def answers(*lines: object) -> list[dict[str, Any]]:
    """What is said of each line; one that is no text is written as JSON."""
    written = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    done = evaluated("--jsonl", stdin=written)
    assert done.exit_code == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("rollout.metadata.name", WEB["metadata"]["name"]),
        ("rollout.metadata.name == 'nobody'", False),
        ("rollout.status?.nothing?.deeper", None),
        ("[rollout.spec.replicas % 2, 1.5, 1 / 0]", [WEB["spec"]["replicas"] % 2, 1.5, "+Inf"]),
        (
            "{'at': time.Parse('2026-01-31T12:00:00Z'), 'for': duration('2s')}",
            {"at": "2026-01-31T12:00:00Z", "for": 2e9},
        ),
        ("groupBy([1, 2, 3], # > 1)", {"false": [1], "true": [2, 3]}),
        ("time.Now() > time.Parse('2020-01-01T00:00:00Z')", True),
        ("[analysisRuns, event, context]", [None, None, {}]),
    ],
)
def test_the_value_is_printed_as_json(expression: str, value: object) -> None:
    done = evaluated(expression, "-f", "-")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == value


def test_a_condition_sees_the_context_of_a_configmap(tmp_path: Path) -> None:
    config = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"context": "cluster: blue"}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    done = evaluated("context.cluster", "-f", "-", "--config-map", str(tmp_path / "config.yaml"))
    assert json.loads(done.stdout) == "blue"


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("rollout.metadata ==", "unexpected end of expression (line 1, column 20)"),
        ("true and\n  rollout.nothing.here", "cannot fetch here from nil (line 2, column 19)"),
        ("time.Now", "the value is a function, which JSON cannot hold"),
    ],
)
def test_what_has_no_value_is_an_error_with_its_place(expression: str, complaint: str) -> None:
    done = evaluated(expression, "-f", "-")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"Error: {complaint}\n")


@pytest.mark.parametrize(
    "arguments", [(), ("true",), ("-f", "-"), ("--jsonl", "true"), ("--jsonl", "-f", "-"), ("true", "-f", "/nowhere")]
)
def test_wrong_use_is_told_apart(arguments: tuple[str, ...]) -> None:
    assert evaluated(*arguments).exit_code == 2


def test_a_file_without_a_rollout_is_wrong_use() -> None:
    assert evaluated("true", "-f", "-", stdin="kind: Service\n").exit_code == 2


def test_lines_are_answered_each() -> None:
    assert answers(
        {"expr": "a + 1", "env": {"a": 1}},
        {"expr": "a.b", "env": {}},
        {"expr": "1 +"},
        {"expr": "'é'"},
    ) == [
        {"result": 2},
        {"error": "cannot fetch b from nil (line 1, column 3)"},
        {"error": "unexpected end of expression (line 1, column 4)"},
        {"result": "é"},
    ]


def test_a_number_is_whole_or_not_as_json_wrote_it() -> None:
    whole, float_, fraction = answers(
        '{"expr": "a % 2", "env": {"a": 3}}',
        '{"expr": "string(a)", "env": {"a": 1795239447}}',
        '{"expr": "a % 2", "env": {"a": 2.5}}',
    )
    assert (whole, float_) == ({"result": 1}, {"result": "1.795239447e+09"})
    assert "whole number" in fraction["error"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '"a"',
        "{}",
        '{"expr": 1}',
        '{"expr": "1", "env": []}',
        '{"expr": "a", "env": {"a": NaN}}',
        "[" * 100_000,
        '{"expr": "a", "env": {"a": ' + "9" * 5_000 + "}}",
    ],
    ids=lambda line: line[:30],
)
def test_a_bad_line_is_answered_and_the_next_one_too(line: str) -> None:
    bad, good = answers(line, {"expr": "1"})
    assert bad.keys() == {"error"}
    assert good == {"result": 1}


def test_bytes_that_are_no_text_are_a_bad_line() -> None:
    done = CliRunner().invoke(main, ["eval", "--jsonl"], input=b'\xff\xfe\n{"expr": "1"}\n')
    assert [list(json.loads(line)) for line in done.stdout.splitlines()] == [["error"], ["result"]]
