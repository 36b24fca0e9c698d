"""The tree of an expression's values: every part that tells something, and what was not looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifier import expr
from tests.unit.explain.explained import NOW

ENV = {
    "rollout": {
        "metadata": {"creationTimestamp": "2026-01-01T00:00:00Z", "labels": {}},
        "spec": {"replicas": 4},
        "status": {"phase": "Healthy"},
    },
    "analysisRuns": None,
}


def shown(source: str) -> list[str]:
    """The tree, a line a part: indented text and value; what was not looked at is in brackets."""
    return list(_lines(expr.compile(source).explained(ENV, NOW), ""))


def _lines(part: expr.Part, indent: str) -> Iterator[str]:
    line = f"{part.text} → {part.outcome}"
    yield indent + (line if part.reached else f"({line})")
    for inner in part.parts:
        yield from _lines(inner, f"{indent}  ")


@pytest.mark.parametrize(
    "tree",
    [
        [
            "rollout.status.phase == 'Degraded' and rollout.spec.replicas > 3 → False",
            "  rollout.status.phase == 'Degraded' → False",
            "    rollout.status.phase → Healthy",
            "  (rollout.spec.replicas > 3 → True)",
            "    (rollout.spec.replicas → 4)",
        ],
        [
            "rollout.spec.replicas == 4 or rollout.x.y → True",
            "  rollout.spec.replicas == 4 → True",
            "    rollout.spec.replicas → 4",
            "  (rollout.x.y → cannot fetch y from nil (line 1, column 41))",
            "    (rollout.x → None)",
        ],
        [
            "rollout.a.b.c > 3 → cannot fetch b from nil (line 1, column 11)",
            "  rollout.a.b.c → cannot fetch b from nil (line 1, column 11)",
            "    rollout.a → None",
        ],
        ["rollout.a?.b.c == 3 → False", "  rollout.a?.b.c → None", "    rollout.a?.b → None", "      rollout.a → None"],
        [
            "time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)).Hours() > 5 → True",
            "  time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)).Hours() → 12.0",
            "    time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)) → 12h0m0s",
            "      time.Now() → 2026-01-01 12:00:00 +0000 UTC",
            "      time.Parse(rollout.metadata.creationTimestamp) → 2026-01-01 00:00:00 +0000 UTC",
            "        rollout.metadata.creationTimestamp → 2026-01-01T00:00:00Z",
        ],
        ["any(analysisRuns, {.x}) → any wants an array, got nil (line 1, column 1)", "  analysisRuns → None"],
        [
            "let n = rollout.spec.replicas; n > 3 and n in [1, 2] → False",
            "  n > 3 → True",
            "    n → 4",
            "  n in [1, 2] → False",
            "    n → 4",
        ],
        [
            "(rollout.spec.replicas > 9 ? rollout.a : rollout.b) == nil → True",
            "  rollout.spec.replicas > 9 ? rollout.a : rollout.b → None",
            "    rollout.spec.replicas > 9 → False",
            "      rollout.spec.replicas → 4",
            "    (rollout.a → None)",
            "    rollout.b → None",
        ],
        [
            "rollout.metadata.labels[rollout.status.phase] ?? 'none' → none",
            "  rollout.metadata.labels[rollout.status.phase] → None",
            "    rollout.status.phase → Healthy",
        ],
        [
            "not (len(rollout.spec) > 0) → False",
            "  len(rollout.spec) > 0 → True",
            "    len(rollout.spec) → 1",
            "      rollout.spec → {'replicas': 4}",
        ],
        ["true → True"],
    ],
    ids=lambda tree: str(tree[0].partition(" → ")[0]),
)
def test_every_part_has_its_text_and_value(tree: list[str]) -> None:
    assert shown(tree[0].partition(" → ")[0]) == tree


def test_the_root_is_what_evaluating_says() -> None:
    for source in ("rollout.spec.replicas * 2", "rollout.status", "time.Now()"):
        expression = expr.compile(source)
        assert expression.explained(ENV, NOW).outcome == expression.evaluate(ENV, NOW)
