"""Whatever type a value has: it is taken as Argo takes it, or its entry is reported; nothing falls over."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

from notifier.config import yamltext
from notifier.config.load import Source, load
from notifier.directory import CHECKS
from tests.unit.config.maps import OBJECT, configured

HUGE = "0x" + "f" * 5000


@pytest.mark.parametrize(
    ("written", "text"),
    [
        *(
            ("5", "5"),
            ("0x10", "16"),
            ("1.50", "1.5"),
            ("2.0", "2"),
            ("true", "true"),
            ("FALSE", "false"),
            ("null", ""),
        ),
        *(("1:30", "1:30"), ("12:30:45", "12:30:45"), ("1:30.5", "1:30.5"), ("=", "="), ("yes", "yes"), ("1e3", "1e3")),
        *(("2026-11-21", "2026-11-21"), ("'5'", "5"), (".5", "0.5"), ("-7", "-7"), ("007", "7"), ("08", "08")),
    ],
)
def test_a_scalar_as_a_text(written: str, text: str) -> None:
    value = yamltext.load(written).value
    assert yamltext.text_of(value) == text
    assert yamltext.texts_of([value, "x"]) == [text, "x"]


@pytest.mark.parametrize("value", [[], {}, ["a"], b"a"])
def test_what_is_no_scalar_is_no_text(value: Any) -> None:
    assert yamltext.text_of(value) is None
    assert yamltext.texts_of([value]) is None


SHAPES = [
    *("{}", "- {}", "[[{}]]", "- when: {}", "- send: [{}]", "- for: {}", "- recipients: [{}]", "- selector: {}"),
    *("message: {}", "url: {}", "url: http://h\nretryMax: {}", "headers: [{{name: a, value: {}}}]", "? {}\n: 1"),
]
ENTRIES = ["trigger.x", "template.x", "subscriptions", "defaultTriggers", "context", "service.webhook"]


@pytest.mark.parametrize("key", ENTRIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_number_too_long_to_be_written_is_reported_and_nothing_falls_over(key: str, shape: str) -> None:
    (problem, *_) = load(Source(OBJECT, {key: shape.format(HUGE)}), {}, CHECKS).problems
    assert (problem.key, problem.message) == (key, "this is no YAML: a number is too long")


@pytest.mark.parametrize("key", ["trigger.", "template.", "defaultTriggers."])
def test_an_entry_without_a_name_is_unknown(key: str) -> None:
    (problem,) = configured({key: "- when: a"}).problems
    assert (problem.key, problem.message[:22]) == (key, "unknown key is ignored")


def test_of_two_services_of_one_name_the_first_counts_and_the_other_is_reported() -> None:
    """The row same-name: which of the two Argo takes is random."""
    config = configured({"service.slack.team": "token: x", "service.webhook.team": "url: http://h"})
    assert config.services["team"].type == "slack"
    assert [str(problem) for problem in config.problems] == [
        f"{OBJECT}, service.webhook.team: service.slack.team has that name already; give this one another"
    ]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS.map(str), inner, max_size=3)
)
PARTS = st.sampled_from(
    ["when", "oncePer", "send", "for", "on", "recipients", "triggers", "selector", "message", "slack", "url"]
)
MAPPINGS = st.dictionaries(PARTS, JUNK, max_size=4)
KEYS = st.sampled_from([*ENTRIES, "defaultTriggers.x"])


@given(st.dictionaries(KEYS, st.lists(MAPPINGS, max_size=2) | MAPPINGS | JUNK, max_size=4))
def test_junk_of_any_shape_is_reported_where_it_is_and_disables_nothing_else(entries: dict[str, Any]) -> None:
    data = {key: yaml.safe_dump(value) for key, value in entries.items()}
    good = {"trigger.good": "- when: 'true'", "template.good": "message: hi"}
    config = load(Source(OBJECT, data | good), {}, CHECKS)
    assert {"good"} <= config.triggers.keys() & config.templates.keys()
    assert {problem.key.split("[")[0] for problem in config.problems} <= {*data, "template.x", "trigger.x"}
