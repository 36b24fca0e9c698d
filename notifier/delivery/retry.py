"""The retry decision, pure: what becomes of a delivery after an attempt that failed.

Full jitter (a random part of an exponentially growing wait) keeps many deliveries to one broken receiver from
coming back together. A receiver that says when to come back is believed.
"""

from dataclasses import dataclass

from notifier.errors import DeliveryError, Temporary


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to go on, in seconds: the first wait's bound, the bound no wait exceeds, the age to give up at."""

    base: float = 1.0
    cap: float = 600.0
    horizon: float = 86_400.0

    def ceiling(self, attempt: int) -> float:
        """The longest backoff after `attempt` attempts, in seconds; it doubles from `base` until `cap`."""
        doublings = min(attempt - 1, 64)
        return min(self.cap, self.base * 2.0**doublings)


@dataclass(frozen=True, slots=True)
class Again:
    """Try again `at_delay` seconds from now."""

    at_delay: float
    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Never try again by ourselves."""

    reason: str


Outcome = Again | Dead


def decide(attempt: int, error: DeliveryError, age: float, policy: Policy, random: float) -> Outcome:
    """What to do after the `attempt`th attempt (from 1) of a delivery `age` seconds old failed with `error`.

    `random` is uniform in [0, 1). Whatever was wished for, there is one last attempt at the horizon, none after it.
    """
    if not isinstance(error, Temporary):
        return Dead(str(error))
    left = policy.horizon - age
    if left <= 0:
        return Dead(f"given up after {attempt} attempts in {policy.horizon / 3600:g} h: {error}")
    return Again(min(_wait(attempt, error, policy, random), left), str(error))


def _wait(attempt: int, error: Temporary, policy: Policy, random: float) -> float:
    if error.retry_after is None:
        return random * policy.ceiling(attempt)
    # "Retry-After: 0" from a receiver that stays broken must not become a busy loop.
    return max(error.retry_after, policy.base)
