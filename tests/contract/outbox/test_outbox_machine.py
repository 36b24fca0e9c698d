"""Whatever is done to lanes, in whatever order: the store does as the model, and only what `TRANSITIONS` allow."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from notifier.model import Destination
from notifier.outbox.protocol import TRANSITIONS, Delivery, Settlement, State, Unit
from tests.contract.outbox.lane_model import LANES, NOBODY, PLACES, Model, Row
from tests.contract.outbox.samples import DEAD, DELIVERED, DROPPED, NOW, delivery, keys, rows, unneeded
from tests.contract.outbox.stores import Store

T = TypeVar("T")
THOROUGH = settings(
    max_examples=40,
    stateful_step_count=40,
    phases=[Phase.reuse, Phase.generate, Phase.shrink],  # to explain, too, takes minutes
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],  # the disk may be
)

users = st.sampled_from([0, 1])
lanes = st.sampled_from(sorted(LANES))
choices = st.integers(0, 100)
destinations = st.frozensets(st.sampled_from(PLACES), max_size=2)
outcomes = st.sampled_from([DELIVERED, DEAD, DROPPED])
where_there_is_room = precondition(lambda machine: len(list(machine.model.open())) < 5)
where_something_is_open = precondition(lambda machine: any(machine.model.open()))
where_something_is_held = precondition(lambda machine: any(machine.model.held_by(0, 1)))
where_something_was_given_up = precondition(lambda machine: any(machine.model.given_up()))
where_something_is_stored = precondition(lambda machine: machine.model.rows)


class Lanes(RuleBasedStateMachine):
    """Two users of one store, a clock, and the model they are held against."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store, self.model, self.now = store, Model(), NOW
        self.seen: dict[str, Delivery] = {}
        self.numbers = itertools.count()
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.doors = [store.open() for _ in range(2)]
        self.users = [self.run(door.__aenter__()) for door in self.doors]

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(call)

    def teardown(self) -> None:
        for door in self.doors:
            self.run(door.__aexit__(None, None, None))
        self.runner.close()

    @where_something_is_open
    @rule(seconds=st.sampled_from([1, 10, 61]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @where_there_is_room
    @rule(user=users, lane=lanes, needed=st.lists(st.booleans(), min_size=1, max_size=3))
    def commit(self, user: int, lane: str, needed: list[bool]) -> None:
        new = [_new(f"{next(self.numbers)}", lane, is_needed=is_needed) for is_needed in needed]
        [committed] = self.run(self.users[user].commit([Unit((), (), new)], self.now))
        expected = [self.model.add(user, Row(one.key, lane, one.state, one.due), self.now) for one in new]
        assert committed is not None
        assert committed.keys == set(keys(new))
        assert keys(committed.leased) == [row.key for row in expected if row.holder == user]

    @where_something_is_stored
    @rule(user=users, choice=choices, lane=lanes)
    def commit_again(self, user: int, choice: int, lane: str) -> None:
        known = _new(_one_of(self.model.rows.values(), choice).key, lane, is_needed=True)
        [committed] = self.run(self.users[user].commit([Unit((), (), [known])], self.now))
        assert committed is not None
        assert not committed.keys
        assert not committed.leased

    @where_something_is_open
    @rule(user=users, limit=st.integers(1, 3), full=destinations)
    def claim(self, user: int, limit: int, full: frozenset[Destination]) -> None:
        claimed = self.run(self.users[user].claim(self.now, limit, full))
        due = defaultdict[str, list[Row]](list)
        for row in self.model.heads_with_room(full):
            due[row.to.service] += [row] if row.due <= self.now else []
        for service, waiting in due.items():
            longest = sorted(row.due for row in waiting)[:limit]
            found = [self.model.rows[one.key] for one in claimed if one.service == service]
            assert set(found) <= set(waiting)
            assert sorted(row.due for row in found) == longest
        assert {one.service for one in claimed} <= due.keys()
        for one in claimed:
            self.model.rows[one.key].lease(user, self.now)

    @where_something_is_open
    @rule(user=users, full=destinations)
    def ask_what_is_due_next(self, user: int, full: frozenset[Destination]) -> None:
        due = (row.due for row in self.model.heads_with_room(full) if row.holder != user)
        assert self.run(self.users[user].next_due(full)) == min(due, default=None)

    @where_something_is_held
    @rule(user=users, chosen=st.sets(choices, min_size=1, max_size=3))
    def give_back(self, user: int, chosen: set[int]) -> None:
        given = {_one_of(self.model.open(), choice) for choice in chosen}
        self.run(self.users[user].give_back([self.seen[row.key].id for row in given], self.now))
        for row in given & set(self.model.held_by(user)):
            row.wait(self.now)

    @where_something_is_open
    @rule(user=users, choice=choices, outcome=outcomes)
    def settle(self, user: int, choice: int, outcome: Settlement) -> None:
        self.write_down(user, _one_of(self.model.open(), choice), outcome)

    @where_something_is_stored
    @rule(user=users, choice=choices, outcome=outcomes)
    def settle_what_may_be_settled(self, user: int, choice: int, outcome: Settlement) -> None:
        self.write_down(user, _one_of(self.model.rows.values(), choice), outcome)

    def write_down(self, user: int, row: Row, outcome: Settlement) -> None:
        following = self.run(self.users[user].settle(self.seen[row.key], outcome, self.now))
        expected = self.model.settle(user, row, outcome, self.now)
        assert (following and following.key) == (expected and expected.key)

    @where_something_is_stored
    @rule(user=users, choice=choices)
    def drop(self, user: int, choice: int) -> None:
        row = _one_of(self.model.rows.values(), choice)
        dropped = self.run(self.users[user].drop(self.seen[row.key].id, self.now))
        assert dropped == self.model.drop(row, self.now)

    @where_something_is_held
    @rule(user=users, choice=choices, wait=st.sampled_from([1, 30]))
    def postpone(self, user: int, choice: int, wait: int) -> None:
        row, again = _one_of(self.model.open(), choice), Settlement(State.PENDING, "busy", due=self.now + wait)
        assert self.run(self.users[user].settle(self.seen[row.key], again, self.now)) is None
        self.model.postpone(user, row, again.due)

    @where_something_was_given_up
    @rule(user=users, choice=choices)
    def retry(self, user: int, choice: int) -> None:
        row = _one_of(self.model.given_up(), choice)
        assert self.run(self.users[user].retry(self.seen[row.key].id, self.now)) is not None
        self.model.retry(row, self.now)

    @where_something_is_held
    @rule(user=users)
    def renew(self, user: int) -> None:
        held = list(self.model.held_by(user))
        carried = held[:-1]
        self.run(self.users[user].renew([self.seen[row.key].id for row in carried], self.now))
        for row in carried:
            row.lease(user, self.now)

    @where_something_is_held
    @rule(user=users, everybody=st.booleans())
    def release(self, user: int, *, everybody: bool) -> None:
        self.run(self.users[user].release(self.now, everybody=everybody))
        for row in self.model.held_by(*((0, 1, NOBODY) if everybody else (user,))):
            row.wait(self.now)

    @where_something_is_held
    @rule(user=users)
    def die_and_come_back(self, user: int) -> None:
        self.run(self.doors[user].__aexit__(None, None, None))
        self.doors[user] = self.store.open()
        self.users[user] = self.run(self.doors[user].__aenter__())
        for row in self.model.held_by(user):
            row.holder = NOBODY

    @where_something_is_open
    @rule(user=users)
    def deliver_all_that_is_open(self, user: int) -> None:
        """Each lane comes out in its order."""
        self.now += 100
        for head in self.run(self.users[user].claim(self.now, 100)):
            lane = list(self.model.lanes[head.lane])
            assert self.run(self.emptied(user, head)) == [row.key for row in lane]
            for row in lane:
                self.model.settle(user, row, DELIVERED, self.now)
        assert not any(self.model.open())

    async def emptied(self, user: int, head: Delivery | None) -> list[str]:
        """The keys of a lane in the order they come, delivered one after the other."""
        sent = []
        while head:
            sent.append(head.key)
            head = await self.users[user].settle(head, DELIVERED, self.now)
        return sent

    async def look(self) -> tuple[dict[str, Delivery], float | None, float | None]:
        """All that is stored, and what each user waits for."""
        one, other = self.users
        return await asyncio.gather(rows(one), one.next_due(), other.next_due())

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        before, (self.seen, *dues) = self.seen, self.run(self.look())
        self.nothing_is_lost_or_different()
        self.changes_follow_the_table(before)
        self.one_of_a_lane_is_held_and_it_is_the_first()
        for user, due in enumerate(dues):
            assert due == min((row.due for row in self.model.heads() if row.holder != user), default=None)

    def nothing_is_lost_or_different(self) -> None:
        assert {key: _shown(row) for key, row in self.seen.items()} == {
            key: _shown(row) for key, row in self.model.rows.items()
        }

    def changes_follow_the_table(self, before: Mapping[str, Delivery]) -> None:
        for key, row in self.seen.items():
            was = before[key].state if key in before else None
            assert row.state is was or row.state in TRANSITIONS[was]

    def one_of_a_lane_is_held_and_it_is_the_first(self) -> None:
        for name, lane in self.model.lanes.items():
            leased = [key for key, row in self.seen.items() if row.lane == name and row.state is State.LEASED]
            assert leased in ([], [row.key for row in lane[:1]])


def _new(key: str, lane: str, *, is_needed: bool) -> Delivery:
    return (delivery if is_needed else unneeded)(key, lane, **LANES[lane]._asdict())


def _one_of(some: Iterable[Row], choice: int) -> Row:
    found = list(some)
    return found[choice % len(found)]


def _shown(row: Row | Delivery) -> tuple[State, int, float | None]:
    """What the model knows of a delivery; when a settled one was due tells nothing."""
    return row.state, row.attempts, row.due if row.state in {State.PENDING, State.LEASED} else None


def test_lanes(store: Store) -> None:
    numbers = itertools.count()

    class Fresh(Lanes):
        def __init__(self) -> None:
            super().__init__(store.another(f"{next(numbers)}"))

    run_state_machine_as_test(Fresh, settings=THOROUGH)
