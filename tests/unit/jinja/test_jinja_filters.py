"""The filters of our own, and those of Jinja that read differently here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.errors import ConfigError, TemplateError
from notifier.jinja import Language, compile_tree
from notifier.jinja.formats import duration, oneline, short, truncate

Render = Callable[..., Any]

SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ '2026-11-21T07:34:05Z' | time }}", "07:34:05 UTC"),
        ("{{ '2026-11-21T07:34:05.123456789+02:00' | time }}", "05:34:05 UTC"),
        ("{{ '2026-11-21T07:34:05Z' | time(format='%H:%M') }}", "07:34"),
        ("{{ '2026-11-21T07:34:05Z' | datetime }}", "2026-11-21 07:34:05 UTC"),
        ("{{ '2026-01-02T07:34:05Z' | datetime('%A, %-d %B, 100%%') }}", "Friday, 2 January, 100%"),
        ("{{ 250 | duration }}", "4m 10s"),
        ("{{ 3600.4 | duration }}, {{ 0.2 | duration }}, {{ '90061' | duration }}", "1h, 0s, 1d 1h"),
        ("{{ -90 | duration }}", "-1m 30s"),
        ("{{ '7d9f8c6b5b7d9f8c' | short }} {{ digest | short }} {{ 'abc' | short }}", "7d9f8c6b5b 9f86d08188 abc"),
        ("{{ 1 | plural('pod') }}, {{ 0 | plural('pod') }}", "1 pod, 0 pods"),
        ("{{ 2 | plural('analysis', 'analyses') }}", "2 analyses"),
        ("{{ 'argoproj/rollouts-demo:blue' | image_tag }}", "blue"),
        ("{{ 'registry:5000/app' | image_tag }}", "latest"),
        ("{{ ('app@' ~ digest) | image_tag }}", "sha256:9f86d08188"),
        ("{{ ('app:1.2@' ~ digest) | image_tag }}", "1.2"),
        ("{{ 'The quick brown fox' | truncate(12) }}", "The quick…"),
        ("{{ 'The quick brown fox' | truncate(10) }}", "The quick…"),
        ("{{ 'Thequickbrownfox' | truncate(8) }}", "Thequic…"),
        ("{{ 'short' | truncate(5) }}", "short"),
        ("{{ ' a\n b\t\tc ' | oneline }}", "a b c"),
        ("{{ ' a b\n\n \t\n  c\n' | tidy }}", "a b\nc"),
        ("""{{ {'a': ['<&>', "'ü'", 1.5, none, true]} | tojson }}""", """{"a":["<&>","'ü'",1.5,null,true]}"""),
        ("{{ '%s is %.1f%%, %03d' | format(true, 12.34, 7) }}", "true is 12.3%, 007"),
        ("{{ '%s' % 1 }} {{ '%d of %d' % (1, 2) }} {{ 7 % 4 }}", "1 1 of 2 3"),
        ("{{ 12.5 | round }} {{ 12.345 | round(1) }} {{ 1250 | round(-2) }}", "12 12.3 1200"),
        ("{{ [1, true, none, 'x'] | join('-') }}", "1-true--x"),
        ("{{ '-'.join([1, 2]) }} {{ 'aXbX'.replace('X', '') }} {{ 'aXbX' | replace('X', 1, 1) }}", "1-2 ab a1bX"),
        ("{{ 'a\nb' | indent(2) }}|{{ 'a\nb' | indent(1, first=true) }}", "a\n  b| a\n b"),
        ("{{ [1, 2, 3] | batch(2) }} {{ [1, 2, 3] | batch(2, 0) }}", "[[1,2],[3]] [[1,2],[3,0]]"),
        ("{{ ' a ' | trim }}{{ 'xax' | trim('x') }}{{ 'xa '.lstrip('x') }}{{ 'a'.ljust(3) }}|", "aaa a  |"),
        ("{{ 'a b/ü' | urlencode }}", "a%20b/%C3%BC"),
        ("{{ 'a' | center(5) }}|{{ 'a'.rjust(3, '.') }}", "  a  |..a"),
        ("{{ [3, 1, 2] | sort }} {{ [1, 2] | sum }} {{ [1, 2] | map('string') }}", '[1,2,3] 3 ["1","2"]'),
        ("{{ items | sum(attribute='a') }} {{ 'ab' | list }} {{ 'a\nb'.splitlines() }}", '4 ["a","b"] ["a","b"]'),
        ("{{ items | groupby('a') | map(attribute='grouper') }}", "[1,2]"),
        ("{% for g in items | groupby('a') %}{{ g.grouper }}:{{ g.list | length }} {% endfor %}", "1:2 2:1 "),
        ("{{ items | selectattr('a', 'gt', 1) | map(attribute='b') | list }}", '["z"]'),
        ("{{ items | sort(attribute='b', reverse=true) | first }}", '{"a":2,"b":"z"}'),
        ("{{ [2, 1, 2] | unique }} {{ {'b': 1, 'a': 2} | dictsort }}", '[2,1] [["a",2],["b",1]]'),
        ("{{ 2 ** 10 }} {{ 7 // 2 }} {{ 7 / 2 }} {{ 2 * 'ab' }} {{ [1] * 2 }}", "1024 3 3.5 abab [1,1]"),
    ],
)
def test_filters_read_as_documented(render: Render, source: str, text: str) -> None:
    source = source.replace("digest", f"'{DIGEST}'").replace("items", "event")
    items = [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "z"}]
    assert render(source, event=items) == text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ 'yesterday' | time }}", "Invalid isoformat string: 'yesterday'"),
        ("{{ '2026-11-21T07:34:05' | time }}", '"2026-11-21T07:34:05" is a time without a zone'),
        ("{{ '2026-11-21T07:34:05Z' | time('%Q') }}", '"%Q" is not a time format'),
        ("{{ 'soon' | duration }}", "could not convert string to float: 'soon'"),
        ("{{ 1 | round(16) }}", "a number cannot be rounded to 16 digits"),
        ("{{ '%d' | format('x') }}", "%d format: a real number is required, not str"),
        ("{{ (2 ** 1000) * (2 ** 1000) }}", "a number is too large: more than 1024 bits"),
        ("{{ (1e308 * 10) | tojson }}", "Out of range float values are not JSON compliant"),
    ],
)
def test_what_a_filter_cannot_do_is_a_template_error(render: Render, source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(source)
    assert caught.value.message.startswith(f"template: {message}")


def test_times_are_shown_in_the_configured_zone() -> None:
    language = Language(zone="Asia/Kolkata")
    tree = compile_tree("{{ event | time }}, {{ event | datetime }}", language)
    assert tree.render({"event": "2026-11-21T22:00:00Z"}) == "03:30:00 IST, 2026-11-22 03:30:00 IST"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_a_configuration_error(zone: str) -> None:
    with pytest.raises(ConfigError, match=f'time zone "{zone}" is not known'):
        Language(zone=zone)


@given(JSON)
def test_tojson_is_json_and_compact(value: Any) -> None:
    rendered = compile_tree("{{ event | tojson }}", Language()).render({"event": value})
    assert json.loads(rendered) == value
    assert rendered == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(st.floats(-1e9, 1e9))
def test_a_duration_is_near_and_never_more_than_the_seconds(seconds: float) -> None:
    parts = duration(seconds).removeprefix("-").split()
    shown = sum(int(part[:-1]) * SECONDS[part[-1]] for part in parts)
    assert 1 <= len(parts) <= 2
    assert 0 <= round(abs(seconds)) - shown < max(1, SECONDS[parts[0][-1]] / 60 * 2.5)
    assert duration(seconds).startswith("-") == (round(seconds) < 0)


@given(st.text(), st.integers(1, 40))
def test_a_truncated_text_is_a_prefix_that_fits(text: str, length: int) -> None:
    cut = truncate(text, length)
    assert len(cut) <= length
    assert cut == text if len(text) <= length else cut.endswith("…") and text.startswith(cut[:-1])


@given(st.text())
def test_one_line_is_one_line_and_says_the_same(text: str) -> None:
    line = oneline(text)
    assert len(line.splitlines()) <= 1
    assert line.split() == re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split()


@given(st.text(alphabet="0123456789abcdef", min_size=10))
def test_a_short_hash_is_how_the_hash_starts(value: str) -> None:
    assert value.startswith(short(f"sha256:{value}"))
    assert len(short(value)) == 10
