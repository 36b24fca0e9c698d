"""What lanes are, in a few lines of Python: a list of open deliveries each, of which the first may be held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from notifier.outbox.protocol import TRANSITIONS, Settlement, State
from notifier.outbox.sqlite import LEASE_SECONDS

GIVEN_UP = frozenset({State.DEAD, State.SUPPRESSED})
NOBODY = -1
"""Who holds a lease whose owner has died."""


@dataclass(eq=False)
class Row:
    """One delivery; `holder` is the number of the user that has it leased."""

    key: str
    lane: str
    state: State
    due: float
    attempts: int = 0
    holder: int | None = None

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
        was_head = row in lane[:1]
        if settlement.state in TRANSITIONS[row.state]:
            row.state, row.holder = settlement.state, None
            row.attempts += settlement.attempted
            lane[:] = [other for other in lane if other is not row]
        if not was_head or not lane:
            return None
        lane[0].lease(user, now)
        return lane[0]

    def postpone(self, user: int, row: Row, due: float) -> None:
        """A user's attempt failed; it counts only while he holds the delivery."""
        if row.holder == user:
            row.wait(due)
            row.attempts += 1

    def retry(self, row: Row, now: float) -> None:
        """A person sends again what was given up."""
        row.wait(now)
        row.attempts = 0
        self.lanes[row.lane].append(row)
