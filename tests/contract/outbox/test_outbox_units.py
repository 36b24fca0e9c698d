"""A unit is all or nothing, what is told is told once, and what is remembered comes back by families."""

import pytest

from notifier.errors import StoreError
from notifier.model import Kind, Scope
from notifier.outbox.protocol import Committed, Outbox, State, Unit
from tests.contract.outbox.samples import LATER, NOW, delivery, digest, event, rows


async def test_a_unit_writes_its_digests_events_and_deliveries(outbox: Outbox) -> None:
    record, told, due = digest("a"), event("e", seconds=1.5), delivery("k")
    [committed] = await outbox.commit([Unit([record], [told], [due])], NOW)
    assert committed is not None
    assert committed.events == {"e"}
    assert committed.keys == {"k"}
    assert await outbox.recall(["a"]) == [record._replace(writes=1)]
    assert await outbox.story("shop", "cart") == [told]
    assert list(await rows(outbox)) == ["k"]


async def test_a_unit_that_loses_one_of_its_digests_changes_nothing(outbox: Outbox) -> None:
    await outbox.commit([Unit([digest("taken", body=b"first")])], NOW)
    loser = Unit([digest("fresh"), digest("taken", body=b"second")], [event("e")], [delivery("k")])
    assert await outbox.commit([loser], NOW) == [None]
    assert [(found.uid, found.body) for found in await outbox.recall(["fresh", "taken"])] == [("taken", b"first")]
    assert await outbox.story("shop", "cart") == []
    assert await rows(outbox) == {}


async def test_a_lost_unit_leaves_its_neighbours_alone(outbox: Outbox) -> None:
    units = [
        Unit([digest("a")], [event("e1")], [delivery("k1", "lane 1")]),
        Unit([digest("a")], [event("lost")], [delivery("lost", "lane 2")]),
        Unit([digest("b")], [event("e3")], [delivery("k3", "lane 3")]),
    ]
    first, second, third = await outbox.commit(units, NOW)
    assert first is not None
    assert second is None
    assert third is not None
    assert first.keys | third.keys == {"k1", "k3"}
    assert sorted(await rows(outbox)) == ["k1", "k3"]


@pytest.mark.parametrize("writes", [0, 1, 3])
async def test_a_digest_is_replaced_only_by_who_read_its_last_write(outbox: Outbox, writes: int) -> None:
    for known in (0, 1):
        await outbox.commit([Unit([digest("a", writes=known)])], NOW)
    assert await outbox.commit([Unit([digest("a", writes=writes)])], NOW) == [None]
    [stored] = await outbox.recall(["a"])
    assert stored.writes == 2
    renewed = stored._replace(version=9, shape=2, root="b", body=b"new")
    assert await outbox.commit([Unit([renewed])], NOW) == [Committed(frozenset(), frozenset(), [])]
    assert await outbox.recall(["a"]) == [renewed._replace(writes=3)]


async def test_a_call_that_is_refused_changes_nothing(outbox: Outbox) -> None:
    sound = Unit([digest("a")], [event("e")], [delivery("k")])
    unsound = Unit((), (), [delivery("no time", "another lane", state=State.SUPPRESSED, settled=None)])
    with pytest.raises(StoreError):
        await outbox.commit([sound, unsound], NOW)
    assert await outbox.recall(["a"]) == []
    assert await outbox.story("shop", "cart") == []
    assert await rows(outbox) == {}


async def test_a_digest_that_is_gone_is_not_replaced(outbox: Outbox) -> None:
    assert await outbox.commit([Unit([digest("never", writes=4)])], NOW) == [None]
    assert await outbox.recall(["never"]) == []


async def test_units_of_one_call_build_upon_one_another(outbox: Outbox) -> None:
    units = [Unit([digest("a", writes=writes, version=writes)]) for writes in range(3)]
    assert None not in await outbox.commit(units, NOW)
    assert [found.version for found in await outbox.recall(["a"])] == [2]


async def test_what_builds_on_a_lost_digest_is_lost_with_it(outbox: Outbox) -> None:
    await outbox.commit([Unit([digest("a", body=b"theirs")])], NOW)
    units = [
        Unit([digest("a", body=b"ours"), digest("b")]),
        Unit([digest("a", writes=1, body=b"from ours")], [event("e")], [delivery("k")]),
        Unit([digest("b"), digest("c")]),
        Unit([digest("c", body=b"from nothing lost")]),
    ]
    assert [result is None for result in await outbox.commit(units, NOW)] == [True, True, True, True]
    assert [(found.uid, found.body) for found in await outbox.recall(["a", "b", "c"])] == [("a", b"theirs")]
    assert await rows(outbox) == {}


async def test_an_event_is_told_once_and_as_it_was_first_told(outbox: Outbox) -> None:
    await outbox.commit([Unit((), [event("e", summary="first")])], NOW)
    units = [Unit((), [event("e", summary="again"), event("new", summary="new")]), Unit((), [event("new")])]
    results = await outbox.commit(units, NOW)
    assert [result.events for result in results if result] == [{"new"}, set()]
    assert [told.summary for told in await outbox.story("shop", "cart")] == ["first", "new"]


async def test_a_key_is_stored_once_and_as_it_was_first_stored(outbox: Outbox) -> None:
    await outbox.commit([Unit((), (), [delivery("k", message=b"first")])], NOW)
    again = [delivery("k", "another lane", message=b"again"), delivery("new", "third lane")]
    [result] = await outbox.commit([Unit((), (), again)], NOW)
    assert result is not None
    assert result.keys == {"new"}
    assert [found.key for found in result.leased] == ["new"]
    stored = (await rows(outbox))["k"]
    assert (stored.lane, stored.message) == ("lane", b"first")


async def test_recall_brings_an_object_with_its_whole_family(outbox: Outbox) -> None:
    family = [digest("rollout"), digest("run", root="rollout", kind=Kind.ANALYSIS_RUN), digest("set", root="rollout")]
    await outbox.commit([Unit([*family, digest("stranger")])], NOW)
    for asked in (["rollout"], ["run"], ["set", "unknown"]):
        assert {found.uid for found in await outbox.recall(asked)} == {"rollout", "run", "set"}
    assert {found.uid for found in await outbox.recall(["run", "stranger"])} == {"rollout", "run", "set", "stranger"}
    assert await outbox.recall([]) == []


async def test_recall_brings_a_child_whose_owner_is_not_known(outbox: Outbox) -> None:
    await outbox.commit([Unit([digest("child", root="unseen"), digest("sibling", root="unseen")])], NOW)
    assert {found.uid for found in await outbox.recall(["child"])} == {"child", "sibling"}


async def test_a_tombstone_is_recalled_as_it_was_written(outbox: Outbox) -> None:
    await outbox.commit([Unit([digest("a", deleted=NOW)])], NOW)
    assert await outbox.recall(["a"]) == [digest("a", writes=1, deleted=NOW)]


async def test_absent_is_what_lives_in_a_namespace_and_was_not_seen(outbox: Outbox) -> None:
    records = [
        digest("seen"),
        digest("missed"),
        digest("elsewhere", namespace="bank"),
        digest("of another kind", kind=Kind.EXPERIMENT),
        digest("dead", deleted=NOW),
    ]
    await outbox.commit([Unit(records)], NOW)
    assert await outbox.absent(Kind.ROLLOUT, "shop", ["seen"]) == [digest("missed", writes=1)]
    assert {found.uid for found in await outbox.absent(Kind.ROLLOUT, "", {"seen"})} == {"missed", "elsewhere"}
    assert await outbox.absent(Kind.REPLICA_SET, "", []) == []


async def test_rewind_sets_back_what_is_ahead_of_the_cluster(outbox: Outbox) -> None:
    records = [
        digest("ahead", version=11),
        digest("level", version=10),
        digest("elsewhere", version=11, namespace="bank"),
        digest("of another kind", version=11, kind=Kind.EXPERIMENT),
    ]
    await outbox.commit([Unit(records)], NOW)
    assert await outbox.rewind(Kind.ROLLOUT, "shop", 10) == 1
    versions = {found.uid: found.version for found in await outbox.recall([record.uid for record in records])}
    assert versions == {"ahead": 0, "level": 10, "elsewhere": 11, "of another kind": 11}
    assert await outbox.rewind(Kind.ROLLOUT, "", 10) == 1
    assert await outbox.rewind(Kind.ROLLOUT, "", 10) == 0


async def test_who_read_a_digest_before_it_was_rewound_loses(outbox: Outbox) -> None:
    await outbox.commit([Unit([digest("a", version=11)])], NOW)
    read = await outbox.recall(["a"])
    await outbox.rewind(Kind.ROLLOUT, "", 10)
    assert await outbox.commit([Unit(read)], NOW) == [None]


async def test_a_list_is_learned_for_its_kind_namespace_and_selector(outbox: Outbox) -> None:
    scope = Scope("shop", "team=a")
    assert not await outbox.is_learned(Kind.ROLLOUT, scope)
    await outbox.learn(Kind.ROLLOUT, scope, NOW)
    await outbox.learn(Kind.ROLLOUT, scope, LATER)
    assert await outbox.is_learned(Kind.ROLLOUT, scope)
    for kind, other in [
        (Kind.EXPERIMENT, scope),
        (Kind.ROLLOUT, Scope("bank", "team=a")),
        (Kind.ROLLOUT, Scope("shop")),
        (Kind.ROLLOUT, Scope("", "team=a")),
    ]:
        assert not await outbox.is_learned(kind, other)


async def test_a_list_of_all_namespaces_has_learned_each(outbox: Outbox) -> None:
    await outbox.learn(Kind.ROLLOUT, Scope(), NOW)
    assert await outbox.is_learned(Kind.ROLLOUT, Scope("shop"))
