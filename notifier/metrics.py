"""What the daemon counts and measures, for Prometheus: what happened is told here, numbers are shown at /metrics.

Labels are services, triggers, reasons and kinds, of which there are few; never Rollouts, recipients or namespaces.
"""

import time
from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from notifier.outbox.protocol import Census, State

_PREFIX = "rollouts_notifier"
_ATTEMPT_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_TRANSITION_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 43_200.0, 86_400.0)
_ATTEMPTS = {State.DELIVERED: "delivered", State.PENDING: "retry", State.DEAD: "dead"}
_SETTLED = (State.DELIVERED, State.SUPPRESSED, State.DEAD)


class Watch(Protocol):
    """How a reflector fares: when the API server last told something, how often a watch was over, by reason."""

    @property
    def last_seen(self) -> float | None:
        """Seconds on the monotonic clock, None for never."""

    @property
    def restarts(self) -> Mapping[str, int]:
        """Counts by reason."""
