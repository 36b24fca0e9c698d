"""What an AnalysisRun measured, as an event tells it."""

from __future__ import annotations

from notifier.model import Analysis, Metric
from notifier.rollouts.views import AnalysisRunView, MetricResult, MetricSpec

BAD = frozenset({"Failed", "Error", "Inconclusive"})
"""The phases of a run that ended otherwise than well."""


def analysis(c: AnalysisRunView) -> Analysis:
    """The run with its metrics, the ones that decided first."""
    labels, status = c.metadata.labels or {}, c.status
    results = {r.name: r for r in (status.metric_results or ())} if status else {}
    metrics = [_metric(spec, results.get(spec.name)) for spec in c.spec.metrics or ()]
    step = labels.get("step-index", "")
    return Analysis(
        run=c.metadata.name,
        phase=(status.phase or "") if status else "",
        type=labels.get("rollout-type", "") or _type_by_owner(c),
        message=(status.message or None) if status else None,
        step_index=int(step) if step.isdecimal() else None,
        metrics=tuple(sorted(metrics, key=lambda m: m.phase not in BAD)),
    )


def _type_by_owner(c: AnalysisRunView) -> str:
    owners = c.metadata.owner_references or ()
    return "Experiment" if any(o.kind == "Experiment" for o in owners) else ""


def _metric(spec: MetricSpec, result: MetricResult | None) -> Metric:
    found = result or MetricResult(spec.name)
    last = found.measurements[-1] if found.measurements else None
    limit = str(spec.failure_limit) if spec.failure_limit is not None else ""
    return Metric(
        name=spec.name,
        phase=found.phase,
        value=last.value if last else None,
        condition=spec.success_condition or spec.failure_condition,
        message=(last.message if last else None) or found.message,
        count=found.count,
        failed=found.failed,
        errors=found.error,
        limit=int(limit) if limit.isdecimal() else None,
        interval=spec.interval,
        planned=str(spec.count) if spec.count is not None else None,
    )
