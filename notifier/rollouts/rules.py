"""What happened to a Rollout: one rule a reason, from the digest before (`p`) to the digest after (`c`).

Each rule says what tells its repeats apart beside uid and reason. `RULES` is the order in which events are told when
one write shows several. Missed states are no excuse: nothing is told twice, nothing that did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from notifier import times
from notifier.model import Amount, Cause, Event, Pause, Severity
from notifier.rollouts.digests import Mark, PauseMark, RolloutDigest
from notifier.rollouts.tell import Teller, step, tell

_DEADLINE = "ProgressDeadlineExceeded"
_ABORTED = "RolloutAborted"
_ENDINGS = frozenset({"RolloutCompleted", "RolloutHealthy", "RolloutRolledBack", _ABORTED})
"""What an update comes to: told with how long its revision took."""


class Fact(NamedTuple):
    """That a rule applies: the reason, its identity, and fields of the event."""

    reason: str
    identity: tuple[object, ...]
    details: dict[str, Any]


Rule = Callable[[RolloutDigest, RolloutDigest], Fact | None]


def _fact(reason: str, *identity: object, **details: object) -> Fact:
    return Fact(reason, identity, details)


def _updated(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if c.revision == p.revision or not c.revision:
        return None
    unfinished = p.under_way and p.stable and not p.aborted
    message = f"replaces revision {p.hash_revision}, which was not complete" if unfinished else None
    return _fact("RolloutUpdated", c.revision, message=message)


def _superseded(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    replaced = c.pod_hash != p.pod_hash and p.under_way and not p.aborted
    if not replaced or c.pod_hash == c.stable or c.stable != p.stable:
        return None
    return _fact("RolloutSuperseded", p.hash_revision, previous_revision=p.hash_revision or None)


def _rolled_back(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    back = c.pod_hash != p.pod_hash and p.under_way and c.pod_hash == c.stable == p.stable
    return _fact("RolloutRolledBack", c.revision) if back else None


def _retried(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    again = p.abort and not c.abort and c.revision == p.revision and c.pod_hash == p.pod_hash
    return _fact("RolloutRetried", p.attempt, retry=True, cause=_cause(p)) if again else None


def _same_course(p: RolloutDigest, c: RolloutDigest) -> bool:
    same = (c.pod_hash, c.step_hash, c.stable) == (p.pod_hash, p.step_hash, p.stable)
    return same and not p.promote_full and not c.promote_full


def _advance(p: RolloutDigest, c: RolloutDigest) -> int:
    """By how many steps the index went on within one course, 0 if it did not."""
    if p.step_index is None or c.step_index is None or not _same_course(p, c):
        return 0
    return max(c.step_index - p.step_index, 0)


def _skipped_by_hand(p: RolloutDigest, c: RolloutDigest) -> bool:
    """Whether a person moved the index: the plugin writes the index alone, the controller clears the pause first."""
    if c.pauses and p.pauses and c.pauses[0] == p.pauses[0]:
        return True
    waiting = any(pause.reason == "CanaryPauseStep" for pause in c.pauses)
    here = c.steps[c.step_index] if c.step_index is not None and c.step_index < len(c.steps) else ""
    if waiting and not here.startswith("pause"):
        return True
    passed = c.steps[p.step_index : c.step_index]
    waits = any(text.startswith(("pause", "analysis", "experiment")) for text in passed)
    return len(passed) > 1 and waits and c.print == p.print


def _step_skipped(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    moved = _advance(p, c)
    if not moved or not _skipped_by_hand(p, c):
        return None
    where = step(c)
    skipped = msgspec.structs.replace(where, skipped=moved, text=_passed(c)) if where else None
    identity = (c.revision, c.step_hash, p.step_index, c.step_index, c.attempt)
    return _fact("RolloutStepSkipped", *identity, step=skipped, manual=True)


def _step_completed(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    moved = _advance(p, c)
    if not moved or _skipped_by_hand(p, c):
        return None
    where = step(c)
    done = msgspec.structs.replace(where, completed=moved, text=_passed(c)) if where else None
    weight = Amount(p.weight, c.weight) if c.weight is not None else None
    pods = Amount(c.updated, c.replicas)
    identity = (c.revision, c.step_hash, c.step_index, c.attempt)
    return _fact("RolloutStepCompleted", *identity, step=done, weight=weight, pods=pods)


def _passed(c: RolloutDigest) -> str | None:
    at = (c.step_index or 0) - 1
    return c.steps[at] if 0 <= at < len(c.steps) else None


def _promoted_fully(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if p.promote_full or not c.promote_full:
        return None
    return _fact("RolloutPromotedFully", c.revision, c.attempt, manual=True)


def _completed(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if not c.stable or c.stable == p.stable or c.stable != c.pod_hash:
        return None
    details = {
        "initial": not p.stable,
        "manual": p.promote_full,
        "message": _how_completed(p, c),
        "replaced_revision": p.stable_revision or None,
    }
    return _fact("RolloutCompleted", c.revision, c.stable, **details)


def _how_completed(p: RolloutDigest, c: RolloutDigest) -> str | None:
    """In the controller's own words."""
    if not p.stable:
        return "Initial deploy"
    if p.promote_full:
        return "Full promotion requested"
    if c.strategy == "BlueGreen":
        return "Completed blue-green update"
    return f"Completed all {len(c.steps)} canary steps" if c.steps else None


def _aborted(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if not c.aborted_at or c.aborted_at == p.last_abort:
        return None
    cause = _cause(c)
    # Until the new revision's hash is there, an abort is the old one's.
    revision = c.hash_revision or c.revision
    by_hand = cause.by == "person"
    again = bool(p.attempt) and p.revision == c.revision
    told = {"cause": cause, "manual": by_hand, "retry": again, "revision": revision or None, "ts": c.aborted_at}
    return _fact(_ABORTED, c.aborted_at, **told, step=step(p))


_BLAME = (("timed out", "deadline"), ("experiment", "experiment"), ("analysis", "analysis"), ("metric", "analysis"))


def _cause(c: RolloutDigest) -> Cause:
    """Who ended it, from the controller's words: since v1.9 no reason given means a person, before it nearly always."""
    said = c.progressing.message if c.progressing and c.progressing.reason == _ABORTED else c.message
    why = said.partition("aborted update to revision ")[2].partition(": ")[2] or _unless_plain(said)
    if not why:
        return Cause("person", "")
    return Cause(next((by for word, by in _BLAME if word in why.lower()), "controller"), why)


def _unless_plain(said: str) -> str:
    plain = not said or "aborted update to revision" in said or said.lower().endswith("rollout is aborted")
    return "" if plain else said.removeprefix(f"{_ABORTED}: ")


def _deadline(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    return _marked(_DEADLINE, _deadline_mark(p), _deadline_mark(c))


def _deadline_mark(d: RolloutDigest) -> Mark | None:
    return d.progressing if d.progressing and d.progressing.reason == _DEADLINE else None


def _invalid_spec(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    return _marked("InvalidSpec", p.invalid, c.invalid)


def _marked(reason: str, was: Mark | None, mark: Mark | None) -> Fact | None:
    if mark is None or (was is not None and was.since == mark.since):
        return None
    return _fact(reason, mark.since, message=mark.message or None, ts=mark.since or None)


def _degraded(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if c.phase != "Degraded" or p.phase == "Degraded":
        return None
    return _fact("RolloutDegraded", c.revision, c.degraded, message=c.message or None)


def _paused(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if not c.pauses or c.pauses[0] in p.pauses:
        return None
    first = c.pauses[0]
    pause = _pause(first, c)
    weight = Amount(p.weight, c.weight) if c.weight is not None else None
    pods = Amount(c.updated, c.replicas)
    details = {"pause": pause, "expires": pause.until, "weight": weight, "pods": pods, "ts": first.since}
    if pause.until:
        details["severity"] = Severity.INFO
    return _fact("RolloutPaused", first.reason, first.since, **details)


def _pause(first: PauseMark, c: RolloutDigest) -> Pause:
    seconds = _pause_seconds(first, c)
    start = times.seconds(first.since)
    until = times.text(start + seconds) if start is not None and seconds is not None else None
    return Pause(first.reason, first.since, until, int(seconds) if seconds is not None else None)


def _pause_seconds(first: PauseMark, c: RolloutDigest) -> float | None:
    if first.reason == "BlueGreenPause":
        return c.auto_promotion
    if first.reason != "CanaryPauseStep" or c.step_index is None or c.step_index >= len(c.steps):
        return None
    return times.duration(c.steps[c.step_index].partition(": ")[2])


def _resumed(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    same = (c.revision, c.pod_hash, c.attempt) == (p.revision, p.pod_hash, p.attempt)
    if p.pauses and same and not c.aborted and not set(p.pauses) & set(c.pauses):
        return _fact("RolloutResumed", p.pauses[0].reason, p.pauses[0].since, pause=_pause(p.pauses[0], p))
    if p.paused and not c.paused:
        return _fact("RolloutResumed", "manual", c.step_index, c.generation, manual=True)
    return None


def _manually_paused(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if p.paused or not c.paused:
        return None
    return _fact("RolloutManuallyPaused", c.generation, manual=True)


def _restarted(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if not c.restart_at or c.restart_at == p.restart_at:
        return None
    return _fact("RolloutRestarted", c.restart_at, manual=True)


def _weight_updated(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if c.weight is None or c.weight == p.weight or (p.weight is None and c.weight == 0):
        return None
    identity = (c.revision, c.attempt, c.step_index, c.weight)
    return _fact("TrafficWeightUpdated", *identity, weight=Amount(p.weight, c.weight))


def _healthy(p: RolloutDigest, c: RolloutDigest) -> Fact | None:
    if c.healthy == p.healthy:
        return None
    revision, pod_hash, cause = c.healthy.split("/")
    return _fact("RolloutHealthy", revision, pod_hash, cause, message="after it was degraded" if cause else None)


RULES: tuple[Rule, ...] = (
    _updated,
    _superseded,
    _rolled_back,
    _retried,
    _step_skipped,
    _step_completed,
    _promoted_fully,
    _completed,
    _aborted,
    _deadline,
    _invalid_spec,
    _degraded,
    _paused,
    _resumed,
    _manually_paused,
    _restarted,
    _weight_updated,
    _healthy,
)


def transitions(p: RolloutDigest, c: RolloutDigest, now: float) -> Iterator[Event]:
    """Every event between two states of a Rollout, in the order they are told."""
    on = Teller.of(c)
    # A revision first seen in this very state took nobody knows how long.
    took = round(now - c.started, 3) if c.started is not None and now > c.started else None
    for rule in RULES:
        if fact := rule(p, c):
            seconds = {"seconds": took} if fact.reason in _ENDINGS else {}
            yield tell(on, fact.reason, fact.identity, now, {**fact.details, **seconds})
