"""What holds for the registry as a whole, and the small pure pieces the services share."""

import pytest
from hypothesis import given, strategies as st

from notifier.services import SERVICES
from notifier.services.durations import seconds, seconds_from_nanoseconds
from notifier.services.http import retry_after
from tests.contract.services.rows import PLANTED, ROWS, Row


def test_every_service_has_its_row_in_the_contract() -> None:
    assert ROWS.keys() | {"email"} == SERVICES.keys()


def test_a_service_says_its_section_and_its_limits(row: Row) -> None:
    service = SERVICES[row.type]
    limits = service.default_limits()
    assert service.section
    assert min(limits.rate, limits.burst, limits.concurrency) > 0


def test_a_row_plants_all_secrets_it_says_it_sends(row: Row) -> None:
    planted = f"{row.config('http://h')} {row.message}"
    assert {name for name in row.sent if PLANTED[name] in planted} == set(row.sent)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0", 0),
        ("5s", 5),
        ("1h2m3.5s", 3723.5),
        ("100ms", 0.1),
        (" 2 ", 2),
        (1.5, 1.5),
        ("5µs", 5e-6),
        ("1000us", 1e-3),
    ],
)
def test_durations_are_read(text: object, wanted: float) -> None:
    assert seconds(text) == pytest.approx(wanted)


@pytest.mark.parametrize("text", ["", "s", "5 s", "-5s", "5x", "1d", "5s5", None, True, [], "inf", "nan", "1e3s"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="a duration is"):
        seconds(text)


@given(st.integers(0, 10**6), st.integers(0, 59), st.integers(0, 999))
def test_a_duration_is_the_sum_of_its_parts(minutes: int, whole: int, milli: int) -> None:
    assert seconds(f"{minutes}m{whole}s{milli}ms") == pytest.approx(minutes * 60 + whole + milli / 1000)


def test_plain_numbers_of_argo_are_nanoseconds() -> None:
    assert (seconds_from_nanoseconds(5_000_000_000), seconds_from_nanoseconds("5s")) == (5, 5)


@given(st.text() | st.integers().map(str), st.text(), st.floats(0, 1e10))
def test_whatever_retry_after_says_it_is_a_bounded_wait_or_none(value: str, date: str, now: float) -> None:
    wait = retry_after({"Retry-After": value, "Date": date}, now)
    assert wait is None or 0 <= wait <= 7 * 86_400


def test_a_date_is_taken_by_our_clock_where_the_receiver_shows_none() -> None:
    assert retry_after({"Retry-After": "Thu, 01 Jan 1970 00:02:00 GMT"}, now=100) == 20
