"""The laws of the limiter, with a clock that the test owns."""

from math import ceil, inf

import pytest
from hypothesis import given, strategies as st

from notifier.delivery.limits import Limiter

rates = st.integers(1, 50)
bursts = st.integers(1, 10)
gaps = st.lists(st.floats(0, 3), min_size=1, max_size=60)


def times_taken(limiter: Limiter, gaps: list[float], start: float = 1_000.0) -> list[float]:
    """When the attempts of a caller who asks again after each gap, and waits as told, are taken."""
    now, taken = start, []
    for gap in gaps:
        now = limiter.ready_at(now + gap)
        limiter.take(now)
        limiter.release()
        taken.append(now)
    return taken


@given(rates, bursts, gaps)
def test_no_span_holds_more_than_the_burst_and_what_its_length_allows(rate: int, burst: int, gaps: list[float]) -> None:
    taken = times_taken(Limiter(rate, burst, 1), gaps)
    for first, start in enumerate(taken):
        for last, end in enumerate(taken[first:], first):
            assert last - first + 1 <= burst + (end - start) * rate + 1e-6


@given(rates, bursts)
def test_a_burst_is_taken_at_once_and_the_next_after_one_interval(rate: int, burst: int) -> None:
    taken = times_taken(Limiter(rate, burst, 1), [0.0] * (burst + 1))
    assert taken[:burst] == [1_000.0] * burst
    assert taken[burst] == pytest.approx(1_000.0 + 1 / rate)


@given(rates, bursts, st.floats(0, 1e6))
def test_after_a_rest_there_is_a_burst_again_and_no_more(rate: int, burst: int, rest: float) -> None:
    limiter = Limiter(rate, burst, 1)
    end = times_taken(limiter, [0.0] * burst)[-1]
    later = end + burst / rate + rest + 1e-3
    assert times_taken(limiter, [0.0] * burst, later) == [later] * burst
    assert limiter.ready_at(later) > later


@given(rates, bursts, gaps)
def test_who_is_slower_than_the_rate_never_waits(rate: int, burst: int, gaps: list[float]) -> None:
    slow = [1 / rate + gap + 1e-6 for gap in gaps]
    taken = times_taken(Limiter(rate, burst, 1), slow, start=0.0)
    asked = [sum(slow[: count + 1]) for count in range(len(slow))]
    assert taken == pytest.approx(asked)


@given(bursts, st.floats(0, 100))
def test_a_hold_holds_whatever_the_bucket_has(burst: int, until: float) -> None:
    limiter = Limiter(1.0, burst, 1)
    limiter.hold(until)
    limiter.hold(until / 2)
    assert limiter.ready_at(0.0) == until
    assert limiter.ready_at(until + 1) == until + 1


@given(st.integers(1, 8))
def test_as_many_are_under_way_as_the_cap_allows(concurrency: int) -> None:
    limiter = Limiter(1000.0, 100, concurrency)
    for _ in range(concurrency):
        limiter.take(0.0)
    assert limiter.ready_at(0.0) == inf
    limiter.release()
    assert limiter.ready_at(0.0) == 0.0


@given(st.integers(1, 64), st.lists(st.floats(0, 10), min_size=64, max_size=64))
def test_more_are_under_way_the_longer_the_fastest_answers_take(concurrency: int, answers: list[float]) -> None:
    limiter = Limiter(1e6, 1_000, concurrency)
    for seconds in answers:
        limiter.answered(seconds)
    assert limiter.at_once == min(concurrency, max(8, ceil(min(answers[32:]) * 250)))


def test_who_was_slow_needs_few_connections_again_once_it_is_fast() -> None:
    limiter = Limiter(1e6, 1_000, 32)
    for seconds, wanted in [(0.1, 25), (1.0, 32), (0.001, 8), (0.1, 25)]:
        for _ in range(64):
            limiter.answered(seconds)
        assert limiter.at_once == wanted


@given(rates, st.floats(0, 1e9))
def test_asking_changes_nothing(rate: int, now: float) -> None:
    limiter = Limiter(rate, 1, 1)
    assert limiter.ready_at(now) == limiter.ready_at(now) == now


def test_taking_too_early_is_refused_and_changes_nothing() -> None:
    limiter = Limiter(1.0, 1, 2)
    limiter.take(0.0)
    with pytest.raises(ValueError, match="not ready"):
        limiter.take(0.5)
    assert limiter.ready_at(0.5) == 1.0


def test_releasing_what_was_not_taken_is_refused() -> None:
    with pytest.raises(ValueError, match="under way"):
        Limiter(1.0, 1, 1).release()


@pytest.mark.parametrize("limits", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-1, 1, 1)])
def test_limits_that_would_stop_everything_are_refused(limits: tuple[float, int, int]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Limiter(*limits)
