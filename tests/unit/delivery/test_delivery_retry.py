"""The laws of the retry decision."""

import pytest
from hypothesis import assume, given, strategies as st

from notifier.delivery.retry import Again, Dead, Policy, decide
from notifier.errors import DeliveryError, Permanent, Temporary

DAY = 86_400.0
POLICY = Policy()

attempts = st.integers(1, 10_000)
ages = st.floats(0, DAY, exclude_max=True)
randoms = st.floats(0, 1, exclude_max=True)
waits = st.floats(0, 1e9)
policies = st.builds(Policy, st.floats(0.01, 10), st.floats(10, 1e4), st.floats(1, 1e6))


@given(attempts, ages, randoms)
def test_a_backoff_is_within_zero_and_its_ceiling(attempt: int, age: float, random: float) -> None:
    outcome = decide(attempt, Temporary("busy"), age, POLICY, random)
    assert isinstance(outcome, Again)
    assert 0 <= outcome.at_delay <= min(POLICY.ceiling(attempt), POLICY.cap, DAY - age)


@pytest.mark.parametrize(("attempt", "ceiling"), [(1, 1), (2, 2), (3, 4), (10, 512), (11, 600), (10**6, 600)])
def test_the_ceiling_doubles_from_one_second_to_ten_minutes(attempt: int, ceiling: float) -> None:
    assert POLICY.ceiling(attempt) == ceiling


@given(attempts, policies)
def test_the_ceiling_never_falls_and_never_exceeds_the_cap(attempt: int, policy: Policy) -> None:
    assert policy.ceiling(attempt) <= policy.ceiling(attempt + 1) <= policy.cap


@given(attempts, randoms, randoms)
def test_jitter_is_full(attempt: int, one: float, other: float) -> None:
    assume(one < other)
    first, second = (decide(attempt, Temporary("busy"), 0, POLICY, random) for random in (one, other))
    assert isinstance(first, Again)
    assert isinstance(second, Again)
    assert first.at_delay == one * POLICY.ceiling(attempt)
    assert second.at_delay == other * POLICY.ceiling(attempt)


@given(attempts, waits, ages, randoms)
def test_retry_after_wins_over_the_backoff(attempt: int, wait: float, age: float, random: float) -> None:
    outcome = decide(attempt, Temporary("slow down", retry_after=wait), age, POLICY, random)
    assert outcome == Again(min(max(wait, 1.0), DAY - age), "slow down")


@given(attempts, ages, randoms, policies, st.none() | waits)
def test_nothing_is_tried_after_the_horizon(
    attempt: int, age: float, random: float, policy: Policy, wait: float | None
) -> None:
    outcome = decide(attempt, Temporary("busy", retry_after=wait), age, policy, random)
    if age >= policy.horizon:
        assert isinstance(outcome, Dead)
    else:
        assert isinstance(outcome, Again)
        assert age + outcome.at_delay <= policy.horizon * (1 + 1e-9)


@given(attempts, st.floats(0, 1e9), randoms)
def test_what_is_permanent_is_dead_at_once(attempt: int, age: float, random: float) -> None:
    assert decide(attempt, Permanent("gone", status="410"), age, POLICY, random) == Dead("gone")


def test_an_error_of_no_known_kind_is_not_tried_for_ever() -> None:
    assert decide(1, DeliveryError("what?"), 0, POLICY, 0.5) == Dead("what?")


def test_the_dead_say_why() -> None:
    assert decide(170, Temporary("h answered 503"), DAY, POLICY, 0.5) == Dead(
        "given up after 170 attempts in 24 h: h answered 503"
    )


def test_a_receiver_broken_for_a_day_is_asked_often_at_first_and_then_every_few_minutes() -> None:
    age, tried = 0.0, 0
    while isinstance(outcome := decide(tried + 1, Temporary("down"), age, POLICY, 0.5), Again):
        age, tried = age + outcome.at_delay, tried + 1
    assert age == DAY
    assert 250 < tried < 350
