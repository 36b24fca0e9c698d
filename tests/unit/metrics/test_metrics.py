"""What /metrics would say after something happened."""

from collections import Counter
from math import inf

import pytest
from hypothesis import given, strategies as st
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from notifier.kube.reflector import WatchHealth
from notifier.metrics import Metrics
from notifier.outbox.protocol import Census, State
from tests.contract.outbox.samples import delivery

PREFIX = "rollouts_notifier_"
ONE = delivery("key", service="slack", trigger="on-rollout-aborted")


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def shown(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(PREFIX + name, labels)


def test_what_happens_is_counted_by_what_it_is() -> None:
    metrics = Metrics("1.2.3")
    metrics.change("Rollout")
    metrics.change("Rollout", 4)
    metrics.event("RolloutCompleted")
    metrics.evaluation("on-slow", "error", 2)
    assert shown(metrics, "changes_total", kind="Rollout") == 5
    assert shown(metrics, "events_total", reason="RolloutCompleted") == 1
    assert shown(metrics, "evaluations_total", trigger="on-slow", result="error") == 2
    assert shown(metrics, "build_info", version="1.2.3") == 1


@pytest.mark.parametrize(
    ("state", "outcome"), [(State.DELIVERED, "delivered"), (State.PENDING, "retry"), (State.DEAD, "dead")]
)
def test_attempts_are_counted_and_timed(state: State, outcome: str) -> None:
    metrics = Metrics("1")
    metrics.attempt(ONE, state, 0.3)
    metrics.attempt(ONE, state, 2.0)
    assert shown(metrics, "attempts_total", service="slack", trigger="on-rollout-aborted", outcome=outcome) == 2
    assert shown(metrics, "attempt_seconds_sum", service="slack") == 2.3
    assert shown(metrics, "attempt_seconds_bucket", service="slack", le="0.5") == 1


@pytest.mark.parametrize("state", [State.DELIVERED, State.SUPPRESSED, State.DEAD])
def test_settled_deliveries_are_counted_and_only_delivered_ones_timed(state: State) -> None:
    metrics = Metrics("1")
    metrics.settled(ONE, state, 42.0)
    assert shown(metrics, "deliveries_total", service="slack", trigger="on-rollout-aborted", outcome=str(state)) == 1
    timed = 42.0 if state is State.DELIVERED else None
    assert shown(metrics, "transition_to_delivery_seconds_sum", service="slack") == timed


def test_the_dead_letters_of_a_configured_service_start_at_zero() -> None:
    metrics = Metrics("1", lambda: [Census("slack", "dead", 1, 0.0)])
    metrics.configured(["slack", "email"], 2)
    assert shown(metrics, "dead_letters", service="slack") == 1
    assert shown(metrics, "dead_letters", service="email") == 0
    assert shown(metrics, "config_problems") == 2


def test_the_age_of_a_watch_is_that_of_its_quietest_reflector_and_restarts_add_up() -> None:
    clock = Clock(100.0)
    metrics = Metrics("1", monotonic=clock)
    shop, pay = WatchHealth(last_seen=90.0), WatchHealth(last_seen=70.0, restarts=Counter(Ended=1))
    for health in (shop, pay):
        metrics.watch("Rollout", health)
    assert shown(metrics, "watch_age_seconds", kind="Rollout") == 30
    pay.last_seen = clock.now = 110.0
    shop.restarts.update(["Ended", "Ended", "Expired"])
    assert shown(metrics, "watch_age_seconds", kind="Rollout") == 20
    assert shown(metrics, "watch_restarts_total", kind="Rollout", reason="Ended") == 3
    assert shown(metrics, "watch_restarts_total", kind="Rollout", reason="Expired") == 1


def test_a_watch_that_never_heard_anything_is_infinitely_old() -> None:
    metrics = Metrics("1")
    metrics.watch("Experiment", WatchHealth())
    assert shown(metrics, "watch_age_seconds", kind="Experiment") == inf


def test_the_queue_is_as_the_census_of_the_moment_says() -> None:
    census = [Census("slack", "pending", 3, 40.0), Census("slack", "leased", 2, 30.0), Census("email", "dead", 7, 1.0)]
    clock = Clock(50.0)
    metrics = Metrics("1", lambda: census, now=clock)
    assert shown(metrics, "queue_length", service="slack", state="pending") == 3
    assert shown(metrics, "queue_length", service="slack", state="leased") == 2
    assert shown(metrics, "queue_age_seconds", service="slack") == 20
    assert shown(metrics, "dead_letters", service="email") == 7
    assert shown(metrics, "queue_length", service="email", state="dead") is None
    assert shown(metrics, "queue_age_seconds", service="email") is None
    clock.now = 25.0
    assert shown(metrics, "queue_age_seconds", service="slack") == 0
    census.clear()
    assert shown(metrics, "queue_length", service="slack", state="pending") is None


counted = st.builds(
    Census,
    st.sampled_from(["slack", "email"]),
    st.sampled_from(["pending", "leased", "dead"]),
    st.integers(1),
    st.just(0),
)


@given(st.lists(counted, unique_by=lambda count: count[:2]))
def test_every_row_of_the_census_is_shown_once(census: list[Census]) -> None:
    metrics = Metrics("1", lambda: census)
    families = {family.name: family.samples for family in metrics.registry.collect()}
    rows = families[f"{PREFIX}queue_length"] + families[f"{PREFIX}dead_letters"]
    assert Counter(sample.value for sample in rows) == Counter(count.number for count in census)


def test_two_daemons_in_one_process_count_apart() -> None:
    first, second = Metrics("1"), Metrics("1")
    first.event("RolloutAborted")
    assert shown(second, "events_total", reason="RolloutAborted") is None


def test_names_have_the_prefix_and_base_units_and_labels_are_few() -> None:
    metrics = Metrics("1", lambda: [Census("slack", "dead", 1, 0.0), Census("slack", "pending", 1, 0.0)])
    metrics.configured(["slack"], 0)
    metrics.watch("Rollout", WatchHealth(restarts=Counter(Ended=1)))
    metrics.attempt(ONE, State.DEAD, 1.0)
    metrics.settled(ONE, State.DELIVERED, 1.0)
    metrics.change("Rollout")
    metrics.event("RolloutAborted")
    metrics.evaluation("on-slow", "true")
    text = generate_latest(metrics.registry).decode()
    ours = [f for f in text_string_to_metric_families(text) if not f.name.startswith(("process_", "python_"))]
    families = {f.name.removeprefix(PREFIX): set(f.samples[0].labels) - {"le"} for f in ours if "created" not in f.name}
    assert all(family.name.startswith(PREFIX) and family.documentation for family in ours)
    assert families == {
        "attempt_seconds": {"service"},
        "attempts": {"service", "trigger", "outcome"},
        "build_info": {"version"},
        "changes": {"kind"},
        "config_problems": set(),
        "dead_letters": {"service"},
        "deliveries": {"service", "trigger", "outcome"},
        "evaluations": {"trigger", "result"},
        "events": {"reason"},
        "queue_age_seconds": {"service"},
        "queue_length": {"service", "state"},
        "transition_to_delivery_seconds": {"service"},
        "watch_age_seconds": {"kind"},
        "watch_restarts": {"kind", "reason"},
    }
