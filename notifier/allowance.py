"""How much work somebody may have done in one go, whatever it is spent on."""

from __future__ import annotations


class Allowance:
    """Steps that are left, of whichever language; each costs a few microseconds at most."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def grant(self, most: int) -> int:
        """How many steps a piece of work may take that would take `most` at most."""
        return max(0, min(most, self.left))

    def use(self, steps: int) -> None:
        """Take what a piece of work has taken."""
        self.left -= steps
