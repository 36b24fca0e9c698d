"""What only the past tells about a Rollout, carried from digest to digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from notifier.model import Event, Image, Update
from notifier.rollouts.digests import AnyDigest, ExperimentDigest, ReplicaSetDigest, RolloutDigest, RunDigest
from notifier.rollouts.tell import images

Family = Mapping[str, AnyDigest]
"""The digests of a Rollout and of all it owns, by uid."""


def carried(p: RolloutDigest, c: RolloutDigest, now: float) -> RolloutDigest:
    """The present with its past: `c` is as projected from the object, `p` the digest before it."""
    return msgspec.structs.replace(c, **_revision(p, c, now), **_abort(p, c), **_health(p, c))


def _revision(p: RolloutDigest, c: RolloutDigest, now: float) -> dict[str, Any]:
    same = c.revision == p.revision
    became_stable = c.stable and c.stable != p.stable and c.stable == c.pod_hash
    return {
        "previous_revision": p.previous_revision if same else p.revision,
        "hash_revision": (of_hash := p.hash_revision if c.pod_hash == p.pod_hash else c.revision),
        "revision_hash": p.revision_hash if same else "",
        "stable_revision": of_hash if c.stable and c.stable == c.pod_hash else p.stable_revision,
        "started": p.started if same else now,
        "stable_images": c.images if became_stable else p.stable_images,
        "update": p.update if same else None,
        "changed_images": p.changed_images if same else (),
    }


def _abort(p: RolloutDigest, c: RolloutDigest) -> dict[str, Any]:
    """The attempt: an abort seen before the new revision's hash is the old revision's."""
    new = c.aborted_at if c.aborted_at != p.last_abort else ""
    same = c.revision == p.revision
    ahead = not same and bool(p.pod_hash) and c.pod_hash == p.pod_hash
    attempt = "" if ahead else new or (p.attempt if same else "")
    return {"attempt": attempt, "last_abort": new or p.last_abort}


def _health(p: RolloutDigest, c: RolloutDigest) -> dict[str, Any]:
    since = p.degraded if c.revision == p.revision else ""
    if c.phase == "Degraded" and p.phase != "Degraded":
        since = _degraded_since(c)
    if not c.is_healthy:
        return {"degraded": since, "healthy": p.healthy}
    this = f"{c.revision}/{c.pod_hash}/"
    again = p.healthy.startswith(this)
    return {"degraded": "", "healthy": (this + since if since else p.healthy) if again else this}


def _degraded_since(c: RolloutDigest) -> str:
    """The time of what makes a Rollout degraded, in the order the controller judges it."""
    if c.invalid:
        return c.invalid.since
    if c.aborted_at:
        return c.aborted_at
    return c.progressing.since if c.progressing else ""


def described(p: RolloutDigest, c: RolloutDigest, family: Family) -> RolloutDigest:
    """A new revision's digest with what kind of update it is and which images change.

    When a revision appears, status still speaks of the one before; but its ReplicaSet has been seen, always.
    """
    if c.revision == p.revision:
        return c
    sets = [d for d in family.values() if isinstance(d, ReplicaSetDigest) and d.owner == c.uid]
    new = _replica_set(p, c, sets)
    # The status may be so far ahead that what is new is the stable version already: what was stable counts.
    stable = p.stable or c.stable
    back = new is not None and new.pod_hash == stable
    # What is replaced is the stable version, unless that is what comes back: then it is what ran beside it.
    replaced = next((s for s in sets if s.pod_hash == (p.pod_hash if back else stable)), None)
    before = replaced.images if replaced else p.images if back else p.stable_images or p.images
    changed = images(new.images if new else c.images, before if p.revision else {})
    return msgspec.structs.replace(
        c,
        update=_update(p, c, new, changed),
        changed_images=changed,
        revision_hash=new.pod_hash if new else "",
    )


def _replica_set(p: RolloutDigest, c: RolloutDigest, sets: Iterable[ReplicaSetDigest]) -> ReplicaSetDigest | None:
    """The new revision's ReplicaSet, also where it was seen last when it was an older revision's."""
    by_revision = {s.revision: s for s in sets}
    by_hash = {s.pod_hash: s for s in sets}
    return by_revision.get(c.revision) or (by_hash.get(c.pod_hash) if c.pod_hash != p.pod_hash else None)


def _update(p: RolloutDigest, c: RolloutDigest, new: ReplicaSetDigest | None, changed: tuple[Image, ...]) -> Update:
    if not p.revision and (not c.stable or c.stable == c.pod_hash):
        return Update.FIRST_DEPLOY
    if new and new.pod_hash == (p.stable or c.stable):
        return Update.ROLLBACK
    if new and (new.reused or new.revision != c.revision):
        return Update.UNDO
    return Update.UNCHANGED if all(i.new == i.old for i in changed) else Update.UPDATE


def blamed(event: Event, family: Family) -> Event:
    """What went wrong by analysis, with the run that failed and what it measured, where that has been seen."""
    if event.cause is None or event.cause.by not in {"analysis", "experiment"} or event.analysis:
        return event
    runs = [d for d in family.values() if isinstance(d, RunDigest) and d.analysis and _concerns(d, event, family)]
    if not runs:
        return event
    measured = max(runs, key=lambda d: d.version).analysis
    run = measured.run if measured else None
    return msgspec.structs.replace(event, analysis=measured, cause=msgspec.structs.replace(event.cause, run=run))


def _concerns(run: RunDigest, event: Event, family: Family) -> bool:
    """Whether a run is of the event's revision, by its own annotation or its Experiment's, or of its Experiment."""
    if event.subject:
        return run.owner == event.subject.uid
    owner = family.get(run.owner)
    revision = run.revision or (owner.revision if isinstance(owner, ExperimentDigest) else "")
    return revision == event.revision
