"""What lanes are, in a few lines of Python: a list of open deliveries each, of which the first may be held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain

from notifier.model import Destination
from notifier.outbox.protocol import LEASE_SECONDS, TRANSITIONS, WHOLE, Settlement, State

GIVEN_UP = frozenset({State.DEAD, State.SUPPRESSED})
NOBODY = -1
"""Who holds a lease whose owner has died."""
LANES = {
    "a": Destination("slack", "team"),
    "b": Destination("slack", "ops"),
    "c": Destination("email", "team"),
}
"""The lanes there are, and whom their deliveries are for."""
PLACES = (*LANES.values(), Destination("slack", WHOLE), Destination("email", WHOLE))
"""What may be full: a recipient, or a whole service."""


@dataclass(eq=False)
class Row:
    """One delivery; `holder` is the number of the user that has it leased."""

    key: str
    lane: str
    state: State
    due: float
    attempts: int = 0
    holder: int | None = None

    @property
    def to(self) -> Destination:
        """Whom it is for."""
        return LANES[self.lane]

    def lease(self, user: int, now: float) -> None:
        """Put it into a user's hand."""
        self.state, self.holder, self.due = State.LEASED, user, now + LEASE_SECONDS

    def wait(self, due: float) -> None:
        """Take it out of whosever hand until it is due."""
        self.state, self.holder, self.due = State.PENDING, None, due


@dataclass
class Model:
    """All deliveries by key, and the open ones of each lane in their order."""

    rows: dict[str, Row] = field(default_factory=dict)
    lanes: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def open(self) -> Iterator[Row]:
        """The deliveries that are in their lanes."""
        return chain.from_iterable(self.lanes.values())

    def heads(self) -> Iterator[Row]:
        """The deliveries that may be sent."""
        return (lane[0] for lane in self.lanes.values() if lane)

    def heads_with_room(self, full: Collection[Destination]) -> Iterator[Row]:
        """The deliveries that may be sent, but for those to a full recipient or service."""
        return (row for row in self.heads() if row.to not in full and row.to._replace(recipient=WHOLE) not in full)

    def held_by(self, *users: int) -> Iterator[Row]:
        """The deliveries in some users' hands."""
        return (row for row in self.heads() if row.holder in users)

    def given_up(self) -> Iterator[Row]:
        """The deliveries that a person may send again."""
        return (row for row in self.rows.values() if row.state in GIVEN_UP)

    def add(self, user: int, row: Row, now: float) -> Row:
        """A user commits a delivery."""
        self.rows[row.key] = row
        if row.state is State.PENDING:
            self.lanes[row.lane].append(row)
            if row in self.heads():
                row.lease(user, now)
        return row

    def settle(self, user: int, row: Row, settlement: Settlement, now: float) -> Row | None:
        """A user says what became of a delivery; returns what follows it into his hand."""
        lane = self.lanes[row.lane]
        if row not in lane or (settlement.state is not State.DELIVERED and row.holder != user):
            return None
        was_head = row is lane[0]
        self.leave(row, settlement.state)
        row.attempts += settlement.attempted
        if not was_head or not lane:
            return None
        lane[0].lease(user, now)
        return lane[0]

    def drop(self, row: Row, now: float) -> bool:
        """A person says that a delivery is not wanted; returns whether that changed anything."""
        if State.SUPPRESSED not in TRANSITIONS[row.state]:
            return False
        lane = self.lanes[row.lane]
        was_head = row in lane[:1]
        self.leave(row, State.SUPPRESSED)
        if was_head and lane:
            lane[0].wait(now)
        return True

    def leave(self, row: Row, state: State) -> None:
        """A delivery is settled."""
        row.state, row.holder = state, None
        lane = self.lanes[row.lane]
        lane[:] = [other for other in lane if other is not row]

    def postpone(self, user: int, row: Row, due: float) -> None:
        """A user's attempt failed; it counts only while he holds the delivery."""
        if row.holder == user:
            row.wait(due)
            row.attempts += 1

    def retry(self, row: Row, now: float) -> None:
        """A person sends again what was given up: in its old place, but after what is at the head by now."""
        row.wait(now)
        row.attempts = 0
        lane, places = self.lanes[row.lane], list(self.rows.values())
        lane[1:] = sorted([*lane[1:], row], key=places.index)
