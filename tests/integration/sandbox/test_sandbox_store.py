"""The store: who owns what of an object, and that history tells the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, strategies as st

from notifier.sandbox.kinds import ANALYSIS_RUNS, CONFIG_MAPS, NAMESPACES, ROLLOUTS
from notifier.sandbox.selecting import Selection, label_matchers
from notifier.sandbox.status import ApiError
from notifier.sandbox.store import Store

if TYPE_CHECKING:
    from notifier.model import Object

NOON = 1_795_262_400.0


def rollout(name: str = "guestbook", **content: Any) -> Object:
    metadata = {"name": name, "namespace": "shop", **content.pop("metadata", {})}
    base = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": metadata, "spec": {"replicas": 1}}
    return {**base, **content}


def refused(error: pytest.ExceptionInfo[ApiError]) -> tuple[int, str]:
    return error.value.code, error.value.reason


def test_a_new_object_gets_uid_time_and_first_generation_and_no_status() -> None:
    store = Store(now=lambda: NOON)
    created = store.create(ROLLOUTS, rollout(metadata={"uid": "mine"}, status={"phase": "Healthy"})).decode()
    assert created["metadata"]["creationTimestamp"] == "2026-11-21T12:00:00Z"
    assert created["metadata"]["generation"] == 1
    assert created["metadata"]["uid"] != "mine"
    assert created["metadata"]["resourceVersion"] == str(store.resource_version)
    assert "status" not in created


def test_where_status_is_no_subresource_it_is_kept_and_counts_as_a_change() -> None:
    store = Store()
    run = {"metadata": {"name": "run", "namespace": "shop"}, "spec": {}, "status": {"phase": "Running"}}
    created = store.create(ANALYSIS_RUNS, run).decode()
    assert created["status"] == {"phase": "Running"}
    done = store.update(ANALYSIS_RUNS, created | {"status": {"phase": "Failed"}}).decode()
    assert (done["status"]["phase"], done["metadata"]["generation"]) == ("Failed", 2)


def test_generation_counts_changes_of_the_spec_alone() -> None:
    store = Store()
    created = store.create(ROLLOUTS, rollout()).decode()
    labelled = store.update(ROLLOUTS, rollout(metadata={"labels": {"a": "b"}})).decode()
    reported = store.update(ROLLOUTS, labelled | {"status": {"replicas": 1}}, subresource="status").decode()
    scaled = store.update(ROLLOUTS, reported | {"spec": {"replicas": 2}, "status": {}}).decode()
    generations = [obj["metadata"]["generation"] for obj in (created, labelled, reported, scaled)]
    assert generations == [1, 1, 1, 2]
    assert scaled["status"] == {"replicas": 1}
    assert scaled["metadata"]["uid"] == created["metadata"]["uid"]


def test_a_status_update_changes_nothing_but_the_status() -> None:
    store = Store()
    store.create(ROLLOUTS, rollout())
    sent = rollout(metadata={"labels": {"a": "b"}}, spec={"replicas": 9}, status={"replicas": 1})
    written = store.update(ROLLOUTS, sent, subresource="status").decode()
    assert written["status"] == {"replicas": 1}
    assert written["spec"] == {"replicas": 1}
    assert "labels" not in written["metadata"]


def test_what_changes_nothing_is_no_write() -> None:
    store = Store()
    created = store.create(ROLLOUTS, rollout())
    again = store.update(ROLLOUTS, created.decode() | {"status": {"ignored": True}})
    assert again == created
    assert store.resource_version == created.resource_version


def test_an_update_made_from_an_older_version_is_a_conflict() -> None:
    store = Store()
    stale = store.create(ROLLOUTS, rollout()).decode()
    store.update(ROLLOUTS, rollout(spec={"replicas": 2}))
    with pytest.raises(ApiError) as error:
        store.update(ROLLOUTS, stale | {"spec": {"replicas": 3}})
    assert refused(error) == (409, "Conflict")


def test_an_object_of_the_same_name_is_another_object() -> None:
    store = Store()
    first = store.create(ROLLOUTS, rollout()).decode()
    store.delete(ROLLOUTS, "shop", "guestbook")
    second = store.create(ROLLOUTS, rollout()).decode()
    assert first["metadata"]["uid"] != second["metadata"]["uid"]
    with pytest.raises(ApiError) as error:
        store.delete(ROLLOUTS, "shop", "guestbook", {"preconditions": {"uid": first["metadata"]["uid"]}})
    assert refused(error) == (409, "Conflict")


def test_a_name_is_taken_once_and_needed_always() -> None:
    store = Store()
    store.create(ROLLOUTS, rollout())
    with pytest.raises(ApiError) as error:
        store.create(ROLLOUTS, rollout())
    assert refused(error) == (409, "AlreadyExists")
    with pytest.raises(ApiError) as error:
        store.create(ROLLOUTS, rollout(name=""))
    assert refused(error) == (422, "Invalid")
    generated = store.create(CONFIG_MAPS, {"metadata": {"namespace": "shop", "generateName": "settings-"}})
    assert generated.key.name.startswith("settings-")
    assert len(generated.key.name) > len("settings-")


def test_what_is_put_is_kept_as_given_but_for_its_resource_version() -> None:
    store = Store()
    given_metadata = {"uid": "u1", "generation": 7, "resourceVersion": "4711", "managedFields": [{}]}
    kept = store.put(rollout(metadata=given_metadata, status={"phase": "Healthy"})).decode()
    assert kept["metadata"]["resourceVersion"] == str(store.resource_version)
    assert (kept["metadata"]["uid"], kept["metadata"]["generation"]) == ("u1", 7)
    assert kept["status"] == {"phase": "Healthy"}
    assert "managedFields" not in kept["metadata"]


def test_a_namespace_comes_to_be_with_the_first_object_in_it() -> None:
    store = Store()
    store.create(ROLLOUTS, rollout())
    assert [found.key.name for found in store.items(NAMESPACES)] == ["default", "shop"]


def test_compacted_history_is_gone_and_the_future_is_not_there_yet() -> None:
    store = Store()
    early = store.put(rollout()).resource_version
    store.put(rollout(spec={}))
    store.compact()
    assert store.since(ROLLOUTS, store.resource_version) == []
    for ask in (store.since, lambda kind, at: store.items(kind, at=at)):
        with pytest.raises(ApiError) as error:
            ask(ROLLOUTS, early)
        assert refused(error) == (410, "Expired")
        with pytest.raises(ApiError) as error:
            ask(ROLLOUTS, store.resource_version + 1)
        assert refused(error) == (504, "Timeout")


def test_a_long_history_is_forgotten_from_its_beginning() -> None:
    store = Store(history=10)
    versions = [store.put(rollout(spec={"replicas": number})).resource_version for number in range(100)]
    assert len(store.since(ROLLOUTS, versions[-11])) == 10
    with pytest.raises(ApiError) as error:
        store.since(ROLLOUTS, versions[10])
    assert refused(error) == (410, "Expired")


class Step(NamedTuple):
    name: str
    label: str | None


steps = st.builds(Step, st.sampled_from("abc"), st.sampled_from(["x", "y", None]))
"""A Rollout is written with a label, or deleted."""


def lived(history: list[Step]) -> tuple[Store, list[dict[str, str]], list[int]]:
    """Return a store after a history, the labels by name and the resourceVersion after each step (and before any)."""
    store, labels = Store(), dict[str, str]()
    states, versions = [dict(labels)], [store.resource_version]
    for name, label in history:
        if label is not None:
            store.put(rollout(name, metadata={"labels": {"app": label}}))
            labels[name] = label
        elif labels.pop(name, None):
            store.delete(ROLLOUTS, "shop", name)
        states.append(dict(labels))
        versions.append(store.resource_version)
    return store, states, versions


@given(st.lists(steps, max_size=20))
def test_a_list_at_any_resource_version_is_what_was_there_then(history: list[Step]) -> None:
    store, states, versions = lived(history)
    for state, at in zip(states, versions, strict=True):
        found = {version.key.name: version.labels["app"] for version in store.items(ROLLOUTS, at=at)}
        assert found == state


@given(st.lists(steps, max_size=20), st.sampled_from(["app=x", "app!=x", "app in (x,y)", "!app"]), st.data())
def test_who_lists_then_watches_with_a_selector_knows_what_a_later_list_shows(
    history: list[Step], selector: str, data: st.DataObject
) -> None:
    store, _, versions = lived(history)
    select, start = Selection("shop", label_matchers(selector)), data.draw(st.sampled_from(versions))
    known = {version.key for version in store.items(ROLLOUTS, select, at=start)}
    for change, version in filter(None, map(select.shown, store.since(ROLLOUTS, start))):
        assert (change == "ADDED") == (version.key not in known)
        (known.discard if change == "DELETED" else known.add)(version.key)
    assert known == {version.key for version in store.items(ROLLOUTS, select)}
