"""How fast conditions and templates are: Argo's own attachment, the condition everybody writes, a large ConfigMap."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from notifier import expr, gotrees
from notifier.config.load import Source, load
from notifier.directory import CHECKS
from notifier.jinja import Language, compile_tree
from notifier.jsontext import JsonText
from tests.bench.table import Measured, Row

_RECORDINGS = Path(__file__).parents[1] / "recordings"
_SECONDS, _ROUNDS = 1.0, 5
_ENTRIES = 200
_RENDERS, _RATIO, _EVALUATIONS, _LOADING = 8_000, 3.0, 300_000, 1.0

_IN_JINJA = """\
[{
  "title": "{{ rollout.metadata.name}}",
  "color": "#18be52",
  "fields": [
  {
    "title": "Strategy",
    "value": "{% if rollout.spec.strategy.blueGreen %}BlueGreen{% endif %}\
{% if rollout.spec.strategy.canary %}Canary{% endif %}",
    "short": true
  }
  {% for c in rollout.spec.template.spec.containers %}
    {% if loop.first %},{% endif %}
    {% if not loop.first %},{% endif %}
    {
      "title": "{{c.name}}",
      "value": "{{c.image}}",
      "short": true
    }
  {% endfor %}
  ]
}]
"""
"""Argo's attachment of a completed Rollout, word for word in the other language."""


@pytest.fixture(scope="module")
def rollout() -> Any:
    """A recorded Rollout, at its end."""
    with gzip.open(_RECORDINGS / "s002-table1-basic.jsonl.gz", "rt") as lines:
        return [line for line in map(json.loads, lines) if line["object"]["kind"] == "Rollout"][-1]["object"]


def argos() -> dict[str, str]:
    """Argo's ConfigMap."""
    data: dict[str, str] = yaml.safe_load((_RECORDINGS / "argo" / "configmap.yaml").read_text(encoding="utf-8"))["data"]
    return data


def rate(work: Callable[[], object]) -> float:
    """How often a second, in the best of several rounds."""
    best = 0.0
    for _ in range(_ROUNDS):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < _SECONDS / _ROUNDS:
            for _ in range(50):
                work()
            count += 50
        best = max(best, count / (time.perf_counter() - start))
    return best


@pytest.mark.bench
def test_argo_s_attachment_is_about_as_fast_as_the_same_in_jinja(measured: Measured, rollout: Any) -> None:
    source = yaml.safe_load(argos()["template.rollout-completed"])["slack"]["attachments"]
    seen: Mapping[str, Any] = {"rollout": rollout, "now": 0.0}
    go, jinja = gotrees.compile_tree(source, "slack"), compile_tree(_IN_JINJA, Language())
    assert json.loads(go.render(seen)) == json.loads(jinja.render({"rollout": rollout}))
    in_go, in_jinja = rate(lambda: go.render(seen)), rate(lambda: jinja.render({"rollout": rollout}))
    ratio = in_jinja / in_go
    measured(Row("Argo's Slack attachment (Go syntax), renders a second", f"{_RENDERS:,}", f"{in_go:,.0f}"))
    measured(Row("the same in Jinja2: how many times as fast", f"< {_RATIO:.0f}", f"{ratio:.1f}"))
    assert in_go >= _RENDERS
    assert ratio < _RATIO


@pytest.mark.bench
def test_attachments_are_parsed_as_well(measured: Measured, rollout: Any) -> None:
    source = yaml.safe_load(argos()["template.rollout-completed"])["slack"]["attachments"]
    text = JsonText(gotrees.GoText(source, "slack.attachments"), "slack.attachments", "quote it")
    parsed = rate(lambda: text.render({"rollout": rollout, "now": 0.0}))
    measured(Row("the same, with its JSON parsed, renders a second", "", f"{parsed:,.0f}"))
    assert parsed > _RENDERS / 2


@pytest.mark.bench
def test_the_condition_that_everybody_writes(measured: Measured, rollout: Any) -> None:
    condition = expr.compile("rollout.status.phase == 'Degraded'")
    seen = {"rollout": rollout}
    evaluated = rate(lambda: condition.evaluate(seen, 0.0))
    measured(Row("conditions evaluated a second", f"{_EVALUATIONS:,}", f"{evaluated:,.0f}"))
    assert evaluated >= _EVALUATIONS


@pytest.mark.bench
def test_a_large_configmap_is_loaded_at_once(measured: Measured) -> None:
    own = argos()
    template, when = own["template.rollout-step-completed"], "rollout.status.phase in ['Degraded', 'Paused']"
    data = {f"template.t{number}": template for number in range(_ENTRIES)}
    data |= {f"trigger.on-{n}": f"- when: {when} && {n} > 0\n  send: [t{n}]" for n in range(_ENTRIES)}
    load(None, {}, CHECKS)
    start = time.perf_counter()
    config = load(Source("ConfigMap", data), {}, CHECKS)
    took = time.perf_counter() - start
    assert not config.problems
    wanted = f"< {_LOADING:.0f} s"
    measured(Row(f"loading {_ENTRIES} triggers and {_ENTRIES} templates in Go syntax", wanted, f"{took:.2f} s"))
    assert took < _LOADING
