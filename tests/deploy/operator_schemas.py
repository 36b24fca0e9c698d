"""What the Prometheus operator's CRDs want of the kinds we write, in as much as we write of them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_DURATION = {"type": "string", "pattern": "^([0-9]+(ms|[smhdwy]))+$"}
_LABELS = {"type": "object", "additionalProperties": {"type": "string"}}


def _closed(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _listed(items: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": items}


def _kind(kind: str, spec: Schema) -> Schema:
    return _closed(
        ["apiVersion", "kind", "metadata", "spec"],
        apiVersion={"const": "monitoring.coreos.com/v1"},
        kind={"const": kind},
        metadata=_closed(["name", "namespace"], name={"type": "string"}, namespace={"type": "string"}, labels=_LABELS),
        spec=spec,
    )


_RELABELING = _closed(
    ["action"],
    action={"enum": ["replace", "keep", "drop", "labeldrop", "labelkeep", "labelmap", "hashmod"]},
    regex={"type": "string"},
    replacement={"type": "string"},
    separator={"type": "string"},
    sourceLabels=_listed({"type": "string"}),
    targetLabel={"type": "string"},
)
_ENDPOINT = _closed(
    ["port"],
    port={"type": "string"},
    path={"type": "string"},
    interval=_DURATION,
    scrapeTimeout=_DURATION,
    honorLabels={"type": "boolean"},
    relabelings=_listed(_RELABELING),
    metricRelabelings=_listed(_RELABELING),
)
_ALERT = _closed(
    ["alert", "expr"],
    alert={"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]*$"},
    expr={"type": "string", "minLength": 1},
    labels=_LABELS,
    annotations=_LABELS,
    **{"for": _DURATION},
)
_GROUP = _closed(["name", "rules"], name={"type": "string"}, rules=_listed(_ALERT))

SCHEMAS = {
    "ServiceMonitor": _kind(
        "ServiceMonitor",
        _closed(
            ["selector", "endpoints"],
            selector=_closed(["matchLabels"], matchLabels=_LABELS),
            endpoints=_listed(_ENDPOINT),
        ),
    ),
    "PrometheusRule": _kind("PrometheusRule", _closed(["groups"], groups=_listed(_GROUP))),
}
