"""What facts about messages share."""

from __future__ import annotations

ISTIO = "s002-2-2-8-istio-dr-analysis"
"""A recording with everything in it: traffic, an analysis that fails, a retry, a completion."""
COMMAND = "kubectl argo rollouts"


def holds(text: str, *facts: str) -> None:
    """Assert that each fact is in a text; a failure shows the whole text."""
    assert [fact for fact in facts if fact not in text] == [], text
