"""What a ConfigMap and a Secret configure: ours against notifications-engine's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.config.load import Source, load
from notifier.config.schema import Trigger
from notifier.directory import CHECKS
from tests.differential.peer import Peer
from tests.differential.rows import corpus, rows

ROWS = rows("grammar")
ENTRIES = corpus("config")
SHIPPED = load(None, {}, CHECKS)

Outline = Any
"""What is configured, as JSON."""


def ours(data: Mapping[str, str]) -> Outline:
    config = load(Source("ConfigMap argo-rollouts/argo-rollouts-notification-configmap", data), {}, CHECKS)
    kinds = {name: entry.type for name, entry in config.services.items()} | dict(config.unsupported)
    return {
        "services": sorted(kinds),
        "triggers": {n: _conditions(t) for n, t in config.triggers.items() if SHIPPED.triggers.get(n) is not t},
        "templates": sorted(name for name, t in config.templates.items() if SHIPPED.templates.get(name) is not t),
        "subscriptions": [[[_written(*to) for to in s.destinations], list(s.triggers)] for s in config.subscriptions],
        "defaultTriggers": list(config.default_triggers),
        "serviceDefaultTriggers": {name: list(triggers) for name, triggers in config.service_triggers.items()},
    }


def _conditions(trigger: Trigger) -> list[list[Any]]:
    return [[_source(c.when), _source(c.once_per), list(c.send)] for c in trigger.conditions]


def _source(expression: Any) -> str:
    return expression.source if expression else ""


def _written(service: str, recipient: str) -> str:
    return f"{service}:{recipient}" if recipient else service


def theirs(peer: Peer, data: Mapping[str, str]) -> Outline:
    """That of nothing where all of it is refused, which is the row one-error."""
    answer = peer.ask({"do": "config", "data": data})
    if answer.get("error") or answer["refused"]:
        return NOTHING
    triggers = answer["triggers"].items()
    return {
        "services": sorted(answer["services"]),
        "triggers": {name: [_condition(one) for one in conditions or []] for name, conditions in triggers},
        "templates": sorted(answer["templates"]),
        "subscriptions": [[s["recipients"] or [], s["triggers"] or []] for s in answer["subscriptions"]],
        "defaultTriggers": answer["defaultTriggers"] or [],
        "serviceDefaultTriggers": {name: t or [] for name, t in answer["serviceDefaultTriggers"].items()},
    }


def _condition(one: Mapping[str, Any]) -> list[Any]:
    return [one.get("when", ""), one.get("oncePer", ""), one.get("send") or []]


NOTHING = ours({})
ALIKE = [entry for entry in ENTRIES if "differs" not in entry]
DIFFERENT = [entry for entry in ENTRIES if "differs" in entry]


def _id(entry: Mapping[str, str]) -> str:
    return f"{entry['key']}: {entry['text']}"


@pytest.mark.parametrize("entry", ALIKE, ids=_id)
def test_an_entry_configures_the_same_or_nothing_in_both(peer: Peer, entry: dict[str, str]) -> None:
    data = {entry["key"]: entry["text"]}
    assert ours(data) == theirs(peer, data)


@pytest.mark.parametrize("entry", DIFFERENT, ids=_id)
def test_where_an_entry_differs_the_table_says_so(peer: Peer, entry: dict[str, str]) -> None:
    data = {entry["key"]: entry["text"]}
    assert ours(data) != theirs(peer, data)
    assert entry["differs"] in ROWS


@given(st.lists(st.sampled_from(ALIKE), max_size=8, unique_by=lambda entry: entry["key"].split(".")[-1]))
def test_an_entry_that_cannot_work_takes_nothing_with_it(peer: Peer, entries: list[dict[str, str]]) -> None:
    data = {entry["key"]: entry["text"] for entry in entries}
    alone = [theirs(peer, {key: text}) for key, text in data.items()]
    working = {key: text for (key, text), one in zip(data.items(), alone, strict=True) if one != NOTHING}
    assert ours(data) == theirs(peer, working)


NAMES = st.text(st.sampled_from("aB.-_ é"), min_size=1, max_size=5)
EXPRESSIONS = st.sampled_from(
    [
        "",
        "a",
        "true",
        "rollout.status.phase == 'Degraded'",
        "any(a, {# > 1})",
        "a ==",
        "(",
        "1 == '1'",
        "n ?? 1 + 2",
        "a b",
    ]
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | NAMES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
)
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "when": EXPRESSIONS | st.booleans(),
        "oncePer": EXPRESSIONS,
        "send": st.lists(NAMES | st.integers(0, 9), max_size=3) | st.none() | NAMES,
        "description": NAMES,
        "unknown": JUNK,
    },
)
ENTRY = st.one_of(
    st.tuples(NAMES.map("trigger.{}".format), st.lists(CONDITIONS, min_size=1, max_size=3)),
    st.tuples(NAMES.map("defaultTriggers.{}".format) | st.just("defaultTriggers"), st.lists(NAMES, max_size=3) | NAMES),
    st.tuples(NAMES.map("template.{}".format), st.fixed_dictionaries({"message": NAMES})),
    st.tuples(
        st.just("subscriptions"),
        st.lists(
            st.fixed_dictionaries({}, optional={"recipients": st.lists(NAMES), "triggers": st.lists(NAMES), "x": JUNK})
        ),
    ),
)


@given(ENTRY)
def test_any_entry_configures_the_same_or_nothing_in_both(peer: Peer, entry: tuple[str, object]) -> None:
    data = {entry[0]: json.dumps(entry[1], ensure_ascii=False)}
    assert ours(data) == theirs(peer, data)
