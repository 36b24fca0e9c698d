"""So many an hour, saved up for an hour at most."""

from hypothesis import given, strategies as st

from notifier.quota import Quota


def test_what_is_used_up_comes_back_with_time() -> None:
    quota = Quota()
    assert [quota.take("a", 2, 0.0) for _ in range(3)] == [True, True, False]
    assert [quota.take("a", 2, 1800.0) for _ in range(2)] == [True, False]


def test_each_name_has_its_own() -> None:
    quota = Quota()
    assert quota.take("a", 1, 0.0)
    assert not quota.take("a", 1, 0.0)
    assert quota.take("b", 1, 0.0)


@given(st.integers(1, 5), st.lists(st.floats(0, 600), max_size=60))
def test_no_hour_has_more_than_what_was_saved_and_what_came_in(most: int, gaps: list[float]) -> None:
    quota, now, taken = Quota(), 0.0, list[float]()
    for gap in gaps:
        now += gap
        if quota.take("a", most, now):
            taken.append(now)
    for start in taken:
        assert sum(start <= at < start + 3600 for at in taken) <= 2 * most


def test_a_clock_that_goes_back_gives_nothing() -> None:
    quota = Quota()
    assert quota.take("a", 1, 7200.0)
    assert not quota.take("a", 1, 0.0)
    assert not quota.take("a", 1, 7200.0)
