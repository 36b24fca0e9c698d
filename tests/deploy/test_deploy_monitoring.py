"""Alerts and the dashboard ask for metrics that the daemon has, with labels that they have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.reference import families
from tests.deploy import promql
from tests.deploy.rendering import CHART, ROOT, Helm, values

DASHBOARD = json.loads((ROOT / "deploy/grafana/rollouts-notifier.json").read_text(encoding="utf-8"))
FROM_PROMETHEUS = {"namespace", "job", "le"}
"""Labels of the target, and of every bucket."""
FOREIGN = {"kube_deployment_status_replicas_unavailable": {"namespace", "deployment"}}
"""Of kube-state-metrics: whether a pod is ready is not for the pod to say."""
ALERTS = {"Down", "NotReady", "DeadLetters", "QueueOld", "WatchOld", "Misconfigured"}


def exposed() -> dict[str, set[str]]:
    """The labels of every sample of a daemon to which everything has happened."""
    return {sample.name: set(sample.labels) for family in families() for sample in family.samples} | FOREIGN


def alerts(helm: Helm) -> list[dict[str, Any]]:
    """The chart's own alerts."""
    (group,) = helm.template(values("everything")).one("PrometheusRule")["spec"]["groups"]
    return [rule for rule in group["rules"] if rule["alert"].startswith("RolloutsNotifier")]


def targets() -> list[dict[str, str]]:
    """Every query of the dashboard."""
    return [target for panel in DASHBOARD["panels"] for target in panel["targets"]]


def faults(query: str) -> list[str]:
    """What a query asks for that is not there."""
    read, known = promql.read(query), exposed()
    there = {label for name in read.matched for label in known.get(name, ())} | FROM_PROMETHEUS
    found = [f"{name} is no metric" for name in read.matched.keys() - known.keys()]
    found += [f"{word} is not a known function" for word in read.words - promql.FUNCTIONS]
    found += [f"nothing has the label {label}" for label in read.grouped - there]
    for name, labels in read.matched.items():
        found += [f"{name} has no {label}" for label in labels - known.get(name, labels) - FROM_PROMETHEUS]
        counts = name.endswith(("_total", "_bucket"))
        found += [f"{name} is a number of its own"] if counts != (name in read.rates) else []
    return found


def test_alerts_ask_for_what_there_is(helm: Helm) -> None:
    assert {rule["alert"].removeprefix("RolloutsNotifier") for rule in alerts(helm)} == ALERTS
    assert [fault for rule in alerts(helm) for fault in faults(rule["expr"])] == []


def test_the_dashboard_asks_for_what_there_is() -> None:
    assert len(targets()) >= len(DASHBOARD["panels"]) > 0
    assert [fault for target in targets() for fault in faults(target["expr"])] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "max(rollouts_notifier_dead_leters{})",
        "sum(rollouts_notifier_events_total{})",
        "rate(rollouts_notifier_queue_length{}[5m])",
        'max(rollouts_notifier_dead_letters{kind="a"})',
        "max by (kind) (rollouts_notifier_dead_letters{})",
        "rollouts_notifier_dead_letters",
    ],
)
def test_the_check_of_queries_finds_what_is_wrong(wrong: str) -> None:
    assert faults(wrong)


def test_texts_name_labels_that_their_queries_keep(helm: Helm) -> None:
    for rule in alerts(helm):
        kept = promql.read(rule["expr"]).grouped
        assert {*re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"]))} <= kept
        assert rule["annotations"].keys() == {"summary", "description"}
    for target in targets():
        assert {*re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])} <= promql.read(target["expr"]).grouped


def test_every_metric_of_the_daemon_is_on_the_dashboard() -> None:
    shown = {name for target in targets() for name in promql.read(target["expr"]).matched}
    ours = {name for name in exposed() if name.startswith("rollouts_notifier_") and not name.endswith("_created")}
    assert {name for name in ours if not name.endswith(("_sum", "_count"))} <= shown


def test_the_chart_ships_the_dashboard_as_it_is(helm: Helm) -> None:
    shipped = [each for each in helm.template(values("everything")).of("ConfigMap") if "grafana_dashboard" in str(each)]
    assert json.loads(shipped[0]["data"]["rollouts-notifier.json"]) == DASHBOARD
    assert (ROOT / "deploy/grafana/rollouts-notifier.json").resolve().is_relative_to(CHART)


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    taken = Counter(
        (x, y)
        for place in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    )
    assert set(taken.values()) == {1}
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_the_monitor_scrapes_the_service_and_keeps_our_labels(helm: Helm) -> None:
    rendered = helm.template(values("everything"))
    monitor, service = rendered.one("ServiceMonitor")["spec"], rendered.one("Service")
    (endpoint,) = monitor["endpoints"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["honorLabels"] is True


def test_alerts_fire_when_they_should(helm: Helm, tmp_path: Path) -> None:
    promtool = shutil.which("promtool") or pytest.skip("promtool is not on the PATH (Debian's package prometheus)")
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "ours", "rules": alerts(helm)}]}))
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(_trial()))
    done = subprocess.run(
        (promtool, "test", "rules", tmp_path / "test.yaml"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _trial() -> dict[str, Any]:
    """Series of half an hour, and the alerts that they raise."""
    ours = 'namespace="argo-rollouts",job="rollouts-notifier"'
    series = {
        f"rollouts_notifier_build_info{{{ours}}}": "1+0x30",
        f'rollouts_notifier_dead_letters{{{ours},service="slack"}}': "2+0x30",
        f'rollouts_notifier_dead_letters{{{ours},service="email"}}': "0+0x30",
        f'rollouts_notifier_queue_age_seconds{{{ours},service="slack"}}': "0+60x30",
        f'rollouts_notifier_watch_age_seconds{{{ours},kind="Rollout"}}': "30+0x30",
        f'rollouts_notifier_watch_age_seconds{{{ours},kind="Experiment"}}': "+Inf+0x30",
        f"rollouts_notifier_config_problems{{{ours}}}": "0+0x30",
    }
    firing = {"DeadLetters": 1, "QueueOld": 1, "WatchOld": 1}
    return {
        "rule_files": ["rules.yaml"],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": numbers} for name, numbers in series.items()],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="RolloutsNotifier{name}",alertstate="firing"}}) or vector(0)',
                        "eval_time": "25m",
                        "exp_samples": [{"labels": "{}", "value": firing.get(name, 0)}],
                    }
                    for name in sorted(ALERTS)
                ],
            }
        ],
    }
