"""Why a message came, or why none did: for one Rollout, every subscription and trigger. Pure.

    Subject ─→ Situation ─→ per wish: obstacles | occurrence, conditions, payload, sent ─→ Explanation

subject      what is known of the Rollout, read; what its present state would mean
subscribed   who asked, who never can be told, who meant other Rollouts
occasions    what arms an event trigger, and whether that is so now
conditions   conditions with the tree of their values
payload      what would be sent, and what was
words        one sentence for each
report       all of it as text
"""

from __future__ import annotations

from notifier.explain.explaining import explain
from notifier.explain.explanation import (
    Answer,
    Explanation,
    Ignored,
    Judged,
    Part,
    PassedOver,
    Payload,
    Sent,
    Verdict,
)
from notifier.explain.subject import Subject

__all__ = [
    "Answer",
    "Explanation",
    "Ignored",
    "Judged",
    "Part",
    "PassedOver",
    "Payload",
    "Sent",
    "Subject",
    "Verdict",
    "explain",
]
