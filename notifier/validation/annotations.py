"""Annotations that look like subscriptions and are none. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from notifier.model import ANNOTATION_PREFIX
from notifier.spelling import nearest
from notifier.subscriptions import Fault

_SUBSCRIPTION = re.compile(r"subscribe\.|subscriptions")


def misplaced(keys: Iterable[str]) -> Iterator[Fault]:
    """Those that would subscribe somebody if the prefix of their key were right."""
    for key in keys:
        prefix, _, name = key.rpartition("/")
        if _SUBSCRIPTION.match(name) and f"{prefix}/" != ANNOTATION_PREFIX and _is_like_ours(prefix):
            yield Fault(key, f"is no subscription: write {ANNOTATION_PREFIX}{name}")


def _is_like_ours(prefix: str) -> bool:
    """Whether a prefix is a misspelt one of ours, or was forgotten."""
    return not prefix or bool(nearest(prefix.lower(), [ANNOTATION_PREFIX.rstrip("/")]))
