"""How deep values may be in one another for what looks at all of them; one that holds itself is deeper."""

from __future__ import annotations

from notifier.gotemplate.fault import Fault

DEEPEST = 100


def fit_depth(depth: int) -> None:
    """Raise Fault if a value is in too many others."""
    if depth > DEEPEST:
        raise Fault(f"a value is more than {DEEPEST} deep in others")
