"""Times and durations."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier import expr
from notifier.errors import ExpressionError
from notifier.expr.civil import date_of, days_of, weekday_of

NOW = 1_795_239_447.5
ENV: dict[str, Any] = {"ts": "2026-11-21T05:30:00Z", "local": "2026-11-21T08:00:00.25+02:00", "nothing": None}


def _value(source: str, now: float = NOW) -> Any:
    return expr.compile(source).evaluate(ENV, now)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("time.Now().Unix()", 1_795_239_447),
        ("now().UnixMilli()", 1_795_239_447_500),
        ("time.Now().Sub(time.Parse(ts)).Minutes()", 7.458333333333333),
        ("time.Now().Sub(time.Parse(ts)).Seconds()", 447.5),
        ("(time.Now() - time.Parse(ts)).Milliseconds()", 447_500),
        ("time.Now() > time.Parse(ts) and time.Parse(ts).Before(time.Now())", True),
        ("time.Parse(ts).After(time.Now())", False),
        ("time.Parse(ts).Add(duration('7m27.5s')) == time.Now()", True),
        ("time.Parse(ts) + duration('1h') - duration('60m') == time.Parse(ts)", True),
        ("time.Now().Sub(time.Parse(ts)) > duration('5m')", True),
        ("duration('1h') == duration('60m')", True),
        ("(duration('1h') * 2).Hours()", 2.0),
        ("duration('-1.5h').String()", "-1h30m0s"),
        ("duration('1ms').String()", "1ms"),
        ("duration('0').String()", "0s"),
        ("time.Parse(local).Hour()", 8),
        ("time.Parse(local).UTC().Hour()", 6),
        ("time.Parse(local).Equal(time.Parse('2026-11-21T06:00:00.25Z'))", True),
        ("time.Parse(local).Weekday().String()", "Saturday"),
        ("time.Parse(local).Month().String()", "November"),
        ("time.Parse(local).String()", "2026-11-21 08:00:00.25 +0200 +0200"),
        ("[time.Parse(ts).Year(), time.Parse(ts).Day(), time.Parse(ts).YearDay()]", [2026, 21, 325]),
        ("time.Now() == 5", False),
        ("time.Parse('9999-12-31T00:00:00Z').Add(duration('100h')).Year()", 10_000),
        ("date('15:04:05').Year()", 0),
        ("date('21.11.2026 8:05', '2.1.2006 15:04', 'Europe/Zurich').UTC().Format('15:04 Mon')", "07:05 Sat"),
        ("time.Parse(ts).In(timezone('Europe/Zurich')).Format('2006-01-02 15:04 MST')", "2026-11-21 06:30 CET"),
        ("time.Parse(ts).In(timezone('Europe/Zurich')).AddDate(0, -4, 0).Format('15:04 MST')", "06:30 CEST"),
        ("time.Parse(ts).Truncate(duration('1h')).Round(duration('24h')).Format('Jan _2')", "Nov 21"),
        ("duration('1h7m30s').Round(duration('5m')).String()", "1h10m0s"),
    ],
)
def test_times_and_durations_have_the_methods_of_go(source: str, expected: object) -> None:
    assert _value(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "time.Parse(nothing)",
        "time.Parse('yesterday')",
        "time.Parse('2026-02-30T00:00:00Z')",
        "time.Parse('2026-11-21T00:00:00+25:00')",
        "time.Now(1)",
        "time.Now().Foo()",
        "time.Now().__class__",
        "time.Now() > 5",
        "time.Now() + 5",
        "time.Now().Sub(ts)",
        "duration('5')",
        "duration('300y')",
        "duration('9000000h') + duration('9000000h')",
        "date('2026-02-30')",
        "date('2026-01-01', '15:04')",
        "date('2026-01-01', '2006-01-02', 'Nowhere/Land')",
        "timezone('../../etc/passwd')",
    ],
)
def test_what_no_time_can_do_is_an_error(source: str) -> None:
    with pytest.raises(ExpressionError):
        _value(source)


def test_the_clock_is_the_argument_and_nothing_else() -> None:
    expression = expr.compile("time.Now().Unix()")
    assert [expression.evaluate({}, now) for now in (0, 10, 3)] == [0, 10, 3]


def test_the_environment_may_bring_its_own_time() -> None:
    assert expr.compile("time").evaluate({"time": "noon"}, 0) == "noon"


@given(st.integers(-1_000_000, 5_000_000))
def test_a_date_is_read_as_it_is_written(days: int) -> None:
    date = date_of(days)
    assert days_of(*date) == days
    assert date_of(days + 1)[2] in (1, date[2] + 1)


@given(st.dates(), st.integers(-800, 800))
def test_the_calendar_is_that_of_everybody_else(day: date, months: int) -> None:
    days = (day - date(1970, 1, 1)).days
    assert (date_of(days), weekday_of(days)) == ((day.year, day.month, day.day), day.isoweekday() % 7)
    assert days_of(day.year, day.month + months, day.day) - days_of(day.year, day.month + months, 1) == day.day - 1


@given(st.integers(0, 4_000_000_000), st.sampled_from(["Europe/Zurich", "America/New_York", "Asia/Kolkata", "UTC"]))
def test_what_a_zone_writes_it_reads(seconds: int, zone: str) -> None:
    layout = "'Mon, 02 Jan 2006 15:04:05 -0700'"
    source = f"date(time.Now().In(timezone('{zone}')).Format({layout}), {layout}).Unix()"
    assert _value(source, seconds) == seconds


@given(st.integers(0, 4_000_000_000), st.integers(-1_000_000, 1_000_000))
def test_what_is_added_can_be_subtracted(now: int, seconds: int) -> None:
    source = f"time.Now().Add(duration('{seconds}s')).Sub(time.Now()).Seconds()"
    assert _value(source, now) == seconds
