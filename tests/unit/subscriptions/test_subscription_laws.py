from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

from notifier.config.schema import Config
from notifier.model import ANNOTATION_PREFIX, Destination
from notifier.subscriptions import faults, parse, wanted
from tests.unit.config.maps import configured


@pytest.fixture(scope="module")
def config() -> Config:
    return configured(
        {
            "service.slack": "token: x",
            "defaultTriggers": "[on-rollout-completed]",
            "subscriptions": "- {recipients: ['slack:ops'], triggers: [on-rollout-aborted]}",
        }
    )


names = st.sampled_from(["", "on-rollout-completed", "on-rollout-aborted", "on-x", "slack", "hook", "more"])
keys = st.one_of(
    st.lists(names, max_size=4).map(lambda parts: ".".join(["subscribe", *parts])),
    st.sampled_from(["subscriptions", "subscriptions.b", "junk"]),
    st.text(max_size=10),
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | names,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["trigger", "triggers", "destinations", "service", "recipients"]), inner)
    ),
    max_leaves=8,
)
destinations = st.fixed_dictionaries({"service": names | json, "recipients": st.lists(names, max_size=3) | json})
triggers = st.lists(names | st.integers() | json, max_size=3) | json
items = st.fixed_dictionaries({}, optional={"trigger": triggers, "destinations": st.lists(destinations, max_size=2)})
lists = st.lists(items | json, max_size=3).map(yaml.safe_dump)
values = st.one_of(lists, st.lists(names).map(" ; ".join), st.text(max_size=20))
mappings = st.dictionaries(keys.map(lambda key: ANNOTATION_PREFIX + key) | st.text(max_size=10), values, max_size=4)
recipients = st.text(min_size=1, max_size=20).filter(lambda text: ";" not in text and text == text.strip())


@given(mappings)
def test_any_annotations_are_read_without_an_exception(annotations: dict[str, str]) -> None:
    found = parse(annotations)
    assert all(isinstance(text, str) for s in found.subscriptions for text in (s.trigger, *s.destination, s.origin))
    assert all(s.destination.service for s in found.subscriptions)
    assert {fault.key for fault in found.faults} <= {key.removeprefix(ANNOTATION_PREFIX) for key in annotations}


@given(mappings)
def test_any_annotations_are_judged_without_an_exception(config: Config, annotations: dict[str, str]) -> None:
    found = faults(annotations, config)
    assert len(set(found)) == len(found)
    assert set(parse(annotations).faults) <= set(found)


@given(mappings, st.randoms(use_true_random=False))
def test_the_order_of_annotations_does_not_matter(config: Config, annotations: dict[str, str], random: Any) -> None:
    shuffled = dict(random.sample(list(annotations.items()), len(annotations)))
    assert parse(shuffled) == parse(annotations)
    one, other = (wanted([a], {}, config) for a in (annotations, shuffled))
    assert [(t, list(d.items())) for t, d in one.items()] == [(t, list(d.items())) for t, d in other.items()]


@given(mappings)
def test_an_annotation_more_takes_nothing_away(config: Config, annotations: dict[str, str]) -> None:
    fewer = dict(list(annotations.items())[1:])
    less, more = (wanted([a], {}, config) for a in (fewer, annotations))
    assert all(found.keys() <= more[trigger].keys() for trigger, found in less.items())


@given(st.lists(recipients, min_size=1, max_size=5))
def test_recipients_between_semicolons_come_back_as_they_were(written: list[str]) -> None:
    found = parse({f"{ANNOTATION_PREFIX}subscribe.on-x.slack": ";".join(written)})
    assert [s.destination.recipient for s in found.subscriptions] == written


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_recipients_in_a_list_come_back_as_they_were(written: list[str]) -> None:
    text = yaml.safe_dump([{"trigger": ["on-x"], "destinations": [{"service": "slack", "recipients": written}]}])
    found = parse({f"{ANNOTATION_PREFIX}subscriptions": text})
    assert [s.destination.recipient for s in found.subscriptions] == written


@given(st.sets(recipients, min_size=1, max_size=5))
def test_both_forms_ask_for_the_same(config: Config, written: set[str]) -> None:
    short = {f"{ANNOTATION_PREFIX}subscribe.on-x.slack": ";".join(written)}
    items = [{"trigger": ["on-x"], "destinations": [{"service": "slack", "recipients": list(written)}]}]
    long = {f"{ANNOTATION_PREFIX}subscriptions": yaml.safe_dump(items)}
    asked = [wanted([annotations], {}, config)["on-x"].keys() for annotations in (short, long)]
    assert asked[0] == asked[1] == {Destination("slack", name.removeprefix("#") or name) for name in written}
