"""What the daemon counts and measures, for Prometheus: what happened is told to `Metrics`, numbers are read from it.

Labels are kinds, reasons, triggers and services, of which there are few; never Rollouts or recipients. What namespaces
configure for themselves they could rename for ever: of that there is one label for each namespace.
"""

import time
from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Mapping
from math import inf
from typing import Literal, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from notifier.outbox.protocol import Census, Delivery, State

_PREFIX = "rollouts_notifier"
_ATTEMPT_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_TRANSITION_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200, 86_400)
_ATTEMPTED = {State.DELIVERED: "delivered", State.PENDING: "retry", State.DEAD: "dead"}


class Watch(Protocol):
    """How one reflector fares (`WatchHealth` does)."""

    @property
    def last_seen(self) -> float | None:
        """When the API server last told something, in seconds of the monotonic clock; None is never."""

    @property
    def restarts(self) -> Mapping[str, int]:
        """How often a list or watch was over, by reason."""


class Metrics:
    """Counts in a registry of its own.

    `census` is asked at every scrape, so it answers from memory; `now` and `monotonic` are the clocks of deliveries and
    of watches, in seconds.
    """

    def __init__(
        self,
        version: str,
        census: Callable[[], Iterable[Census]] = list,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry = CollectorRegistry()
        self._watches = _Watches(monotonic)
        self._queues = _Queues(census, now)
        for collector in (self._watches, self._queues):
            self.registry.register(collector)
        ProcessCollector(registry=self.registry)
        self._events = self._counter("events", "What happened to Rollouts.", "reason")
        self._changes = self._counter("changes", "Changes of objects that were read.", "kind")
        self._evaluations = self._counter("evaluations", "Conditions judged.", "trigger", "result")
        self._deliveries = self._counter("deliveries", "Deliveries settled.", "service", "trigger", "outcome")
        self._attempts = self._counter("attempts", "Attempts to send.", "service", "trigger", "outcome")
        self._attempt_seconds = self._histogram("attempt_seconds", "How long attempts took.", _ATTEMPT_BUCKETS)
        self._transition_seconds = self._histogram(
            "transition_to_delivery_seconds", "From seeing an event to its delivery.", _TRANSITION_BUCKETS
        )
        self._problems = Gauge(
            "config_problems", "Entries that cannot work.", namespace=_PREFIX, registry=self.registry
        )
        Info("build", "What runs.", namespace=_PREFIX, registry=self.registry).info({"version": version})

    def watch(self, kind: str, watch: Watch) -> None:
        """A reflector began to watch a kind; there may be several, one for each namespace."""
        self._watches.add(kind, watch)

    def change(self, kind: str, number: int = 1) -> None:
        """Changes of objects of a kind were read."""
        self._changes.labels(kind).inc(number)

    def event(self, reason: str) -> None:
        """Something happened to a Rollout that was not known yet."""
        self._events.labels(reason).inc()

    def evaluation(self, trigger: str, result: Literal["true", "false", "error"], number: int = 1) -> None:
        """A configured trigger's condition was judged."""
        self._evaluations.labels(_label(trigger), result).inc(number)

    def attempt(self, delivery: Delivery, state: State, seconds: float) -> None:
        """An attempt took `seconds` and left its delivery delivered, dead, or pending again."""
        self._attempts.labels(_label(delivery.service), _label(delivery.trigger), _ATTEMPTED[state]).inc()
        self._attempt_seconds.labels(_label(delivery.service)).observe(seconds)

    def settled(self, delivery: Delivery, state: State, age: float) -> None:
        """A delivery came to its end, `age` seconds after its event was seen."""
        self._deliveries.labels(_label(delivery.service), _label(delivery.trigger), state).inc()
        if state is State.DELIVERED:
            self._transition_seconds.labels(_label(delivery.service)).observe(age)

    def configured(self, services: Collection[str], problems: int) -> None:
        """A configuration is in force; its services' dead letters begin at 0, lest an alert miss the first."""
        self._problems.set(problems)
        self._queues.services = frozenset(services)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, namespace=_PREFIX, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, meaning, ("service",), namespace=_PREFIX, registry=self.registry, buckets=buckets)


def _label(name: str) -> str:
    """A service's or trigger's name; `<namespace>/*` for one that a namespace has."""
    namespace, slash, _ = name.partition("/")
    return f"{namespace}/*" if slash else name


class _Watches(Collector):
    """Reads the reflectors' health; of several of a kind it shows the sum of restarts and the greatest age."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._watches: list[tuple[str, Watch]] = []

    def add(self, kind: str, watch: Watch) -> None:
        """Show one more."""
        self._watches.append((kind, watch))

    def collect(self) -> list[Metric]:
        """What they have come to."""
        name = f"{_PREFIX}_watch_restarts"
        restarts = CounterMetricFamily(name, "Lists and watches that were over.", labels=("kind", "reason"))
        ages = _gauge("watch_age_seconds", "Since the API server told something; +Inf: it never did.", "kind")
        counts: Tally[tuple[str, str]] = Tally()
        oldest: dict[str, float] = {}
        for kind, watch in self._watches:
            counts.update({(kind, reason): count for reason, count in watch.restarts.items()})
            age = inf if watch.last_seen is None else self._monotonic() - watch.last_seen
            oldest[kind] = max(age, oldest.get(kind, age))
        for labels, count in counts.items():
            restarts.add_metric(labels, count)
        for kind, age in oldest.items():
            ages.add_metric([kind], age)
        return [restarts, ages]


class _Queues(Collector):
    """Reads the outbox's census."""

    def __init__(self, census: Callable[[], Iterable[Census]], now: Callable[[], float]) -> None:
        self._census, self._now = census, now
        self.services: Collection[str] = ()

    def collect(self) -> list[Metric]:
        """What waits and what is dead."""
        lengths = _gauge("queue_length", "Deliveries not settled.", "service", "state")
        ages = _gauge("queue_age_seconds", "Age of the oldest delivery not settled.", "service")
        dead = _gauge("dead_letters", "Deliveries that a person must look at.", "service")
        oldest: dict[str, float] = {}
        waiting: Tally[tuple[str, str]] = Tally()
        letters = Tally(dict.fromkeys(self.services, 0))
        for name, state, number, made in self._census():
            service = _label(name)
            if state == State.DEAD:
                letters[service] += number
            else:
                waiting[service, state] += number
                oldest[service] = min(made, oldest.get(service, made))
        for labels, number in waiting.items():
            lengths.add_metric(labels, number)
        for service, number in letters.items():
            dead.add_metric([service], number)
        for service, made in oldest.items():
            ages.add_metric([service], max(0.0, self._now() - made))
        return [lengths, ages, dead]


def _gauge(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", meaning, labels=labels)
