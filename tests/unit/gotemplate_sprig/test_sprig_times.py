"""sprig's functions that ask the time: the rendering's own clock tells it."""

from __future__ import annotations

import pytest

from tests.unit.gotemplate_sprig.corpus import NOW, ours


def given(pipeline: str, **data: object) -> str | None:
    return ours(f"{{{{ {pipeline} }}}}", data).output


def test_now_is_the_time_of_the_rendering() -> None:
    assert given("now") == "2026-01-31 12:34:56 +0000 UTC"
    assert given("unixEpoch now") == str(NOW)


@pytest.mark.parametrize("value", [f"{NOW}", f"{NOW}.0"])
def test_a_number_of_the_data_is_seconds_since_the_epoch(value: str) -> None:
    number = float(value) if "." in value else int(value)
    assert given('date "2006-01-02 15:04:05" .x', x=number) == "2026-01-31 12:34:56"
    assert given('dateInZone "15:04 MST" .x "Asia/Tokyo"', x=number) == "21:34 JST"
    assert given("htmlDate .x", x=number) == "2026-01-31"


@pytest.mark.parametrize("value", [None, "2020-01-01", True, [1], {}])
def test_what_is_neither_time_nor_number_is_now(value: object) -> None:
    assert given('date "2006-01-02" .x', x=value) == "2026-01-31"
    assert given("ago .x", x=value) == "0s"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [("-90m", "1h30m0s"), ("-1499ms", "1s"), ("-1500ms", "2s"), ("1h", "-1h0m0s"), ("-24h", "24h0m0s")],
)
def test_ago_is_the_time_since_then_to_the_second(change: str, wanted: str) -> None:
    assert given(f'ago (dateModify "{change}" now)') == wanted


def test_ago_of_a_number_is_since_so_many_seconds_after_the_epoch() -> None:
    assert given("ago .x", x=NOW - 61) == "1m1s"


def test_duration_round_of_a_time_is_the_time_since_then() -> None:
    assert given('durationRound (dateModify "-75h" now)') == "3d"
