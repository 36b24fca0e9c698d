from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from notifier import times

CENTURY = 4_102_444_800


@pytest.mark.parametrize(
    ("rfc3339", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21T08:00:00Z", 1_795_248_000),
        ("2026-11-21T09:00:00+01:00", 1_795_248_000),
        ("2026-11-21T08:00:00.25Z", 1_795_248_000.25),
        ("2026-11-21T08:00:00.250000000Z", 1_795_248_000.25),
        ("", None),
        (None, None),
        ("soon", None),
        ("2026-13-01T00:00:00Z", None),
    ],
)
def test_a_time_is_read_as_kubernetes_writes_it(rfc3339: str | None, seconds: float | None) -> None:
    assert times.seconds(rfc3339) == seconds


def test_a_time_is_written_in_utc_with_milliseconds() -> None:
    assert times.text(1_795_248_000.25) == "2026-11-21T08:00:00.250Z"


@given(st.integers(0, CENTURY * 1000))
def test_a_time_written_is_read_back(milliseconds: int) -> None:
    assert times.seconds(times.text(milliseconds / 1000)) == pytest.approx(milliseconds / 1000, abs=0.0011)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert isinstance(times.seconds(text), float | None)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90", 90),
        ("0", 0),
        ("30s", 30),
        ("1h30m", 5400),
        ("1.5h", 5400),
        (".5m", 30),
        ("250ms", 0.25),
        ("2us", 2e-6),
        ("2µs", 2e-6),
        ("3ns", 3e-9),
        ("1h1m1s", 3661),
    ],
)
def test_a_duration_is_read_as_go_writes_it_and_a_bare_number_is_seconds(written: str, seconds: float) -> None:
    assert times.duration(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["", "soon", "5 m", "m5", "-5m", "5d", "5m!", "1h 30m", "1,5h", "1.5"])
def test_what_is_no_duration_is_none(written: str) -> None:
    assert times.duration(written) is None


@given(st.integers(0, 99), st.integers(0, 999), st.integers(0, 999))
def test_the_parts_of_a_duration_add_up(hours: int, minutes: int, seconds: int) -> None:
    assert times.duration(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds
