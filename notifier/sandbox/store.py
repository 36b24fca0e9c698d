"""The cluster's memory: objects, one resourceVersion counter for all, and the history that watches resume from.

Pure and in memory; what the API server allows whom, and how it says so over HTTP, is not decided here.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from notifier.sandbox.kinds import NAMESPACES, RESOURCES, resource_of
from notifier.sandbox.rules import check_deletable, newborn, successor
from notifier.sandbox.selecting import Selection
from notifier.sandbox.status import already_exists, expired, not_found, too_large_resource_version
from notifier.sandbox.versions import Key, Version, Write, version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notifier.model import ChangeType, Object
    from notifier.sandbox.kinds import Resource

EVERYTHING = Selection()


class Follower:
    """The writes of one kind from some moment on, in order; `woken` is set when there are new ones."""

    def __init__(self, pending: list[Write]) -> None:
        self.pending = pending
        self.woken = asyncio.Event()

    def push(self, write: Write) -> None:
        """Take note of a further write."""
        self.pending.append(write)
        self.woken.set()

    def take(self) -> list[Write]:
        """Return the writes not taken before."""
        taken, self.pending = self.pending, []
        return taken


class _Shelf:
    """All there is of one kind; `floor` is the resourceVersion before which history is forgotten."""

    def __init__(self) -> None:
        self.current: dict[Key, Version] = {}
        self.history: list[Write] = []
        self.floor = 0
        self.followers: set[Follower] = set()

    def after(self, resource_version: int) -> list[Write]:
        """Return the writes later than a resourceVersion; ApiError 410 if some of them are forgotten."""
        if resource_version < self.floor:
            raise expired(f"too old resource version: {resource_version} ({self.floor})")
        return self.history[bisect_right(self.history, resource_version, key=_resource_version) :]

    def state(self, at: int) -> dict[Key, Version]:
        """Return all objects as they were at a resourceVersion; ApiError 410 if that is forgotten."""
        later = self.after(at)
        state = dict(self.current)
        for write in reversed(later):
            if write.before is None:
                del state[write.version.key]
            else:
                state[write.version.key] = write.before
        return state

    def forget(self, writes: int) -> None:
        """Drop the oldest writes from the history."""
        self.floor = self.history[writes - 1].version.resource_version
        del self.history[:writes]


class Store:
    """Objects by kind, namespace and name, and every change of them.

    `now` gives seconds since the epoch for creationTimestamps. Of each kind the last `history` writes at least are
    kept for those who resume. A namespace comes to be with the first object in it.
    All refusals are ApiError with the status that Kubernetes answers.
    """

    def __init__(self, *, now: Callable[[], float] = time.time, history: int = 50_000) -> None:
        self.resource_version = 1
        self._now = now
        self._history = history
        self._shelves = {resource: _Shelf() for resource in RESOURCES}
        self._need_namespace("default")

    def get(self, resource: Resource, namespace: str, name: str) -> Version:
        """Return an object's present version; ApiError 404 if there is none."""
        if found := self.find(resource, namespace, name):
            return found
        raise not_found(resource, name)

    def find(self, resource: Resource, namespace: str, name: str) -> Version | None:
        """Return an object's present version, None if there is none."""
        return self._shelves[resource].current.get(Key(namespace if resource.namespaced else "", name))

    def items(self, resource: Resource, select: Selection = EVERYTHING, *, at: int | None = None) -> list[Version]:
        """Return the objects of a kind, by namespace and name, as they are or as they were at a resourceVersion.

        ApiError 410 if that is compacted away, 504 if it is yet to come.
        """
        shelf = self._shelves[resource]
        state = shelf.current if at is None else shelf.state(self._reached(at))
        return [state[key] for key in sorted(state) if select(state[key])]

    def create(self, resource: Resource, obj: Object) -> Version:
        """Keep a new object as the server makes it; ApiError 409 if its name is taken, 422 if it has none."""
        created = newborn(resource, obj, self._timestamp())
        if self.find(resource, created["metadata"].get("namespace", ""), created["metadata"]["name"]):
            raise already_exists(resource, created["metadata"]["name"])
        return self._write(resource, "ADDED", created)

    def update(self, resource: Resource, new: Object, *, subresource: str = "") -> Version:
        """Write an object over its present version; what changes nothing is no write.

        ApiError 404 if there is none, 409 if `new` was made from another version.
        """
        current = self.get(resource, new["metadata"].get("namespace", ""), new["metadata"]["name"])
        old = current.decode()
        changed = successor(resource, old, new, subresource=subresource)
        return current if changed == old else self._write(resource, "MODIFIED", changed)

    def delete(self, resource: Resource, namespace: str, name: str, options: Any = None) -> Version:
        """Forget an object, under the preconditions of `options` (a DeleteOptions), and return its last version."""
        last = self.get(resource, namespace, name).decode()
        check_deletable(resource, last, options)
        return self._write(resource, "DELETED", last)

    def put(self, obj: Object) -> Version:
        """Keep an object exactly as given but for its resourceVersion, as one who restores a backup; no rules apply."""
        resource = resource_of(obj)
        known = self.find(resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        return self._write(resource, "MODIFIED" if known else "ADDED", obj)

    def remove(self, obj: Object) -> Version:
        """Forget an object whose last state is `obj`; ApiError 404 if it is not known."""
        resource = resource_of(obj)
        self.get(resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        return self._write(resource, "DELETED", obj)

    def since(self, resource: Resource, resource_version: int) -> list[Write]:
        """Return a kind's writes later than a resourceVersion; ApiError 410 if compacted, 504 if yet to come."""
        return self._shelves[resource].after(self._reached(resource_version))

    @contextmanager
    def follow(self, resource: Resource, resource_version: int = 0) -> Iterator[Follower]:
        """Follow a kind's writes from a resourceVersion on; 0 begins with all that is there as if just created.

        ApiError 410 if that is compacted away, 504 if it is yet to come.
        """
        follower = Follower(self._beginning(resource, resource_version))
        followers = self._shelves[resource].followers
        followers.add(follower)
        try:
            yield follower
        finally:
            followers.discard(follower)

    def compact(self, resource: Resource | None = None) -> None:
        """Forget the history of a kind, or of all: nobody can resume from an earlier resourceVersion than now's."""
        for shelf in self._shelves.values() if resource is None else (self._shelves[resource],):
            shelf.history.clear()
            shelf.floor = self.resource_version

    def _beginning(self, resource: Resource, resource_version: int) -> list[Write]:
        if resource_version:
            return self.since(resource, resource_version)
        return [Write("ADDED", found, None) for found in self.items(resource)]

    def _need_namespace(self, name: str) -> None:
        if name and not self.find(NAMESPACES, "", name):
            created = newborn(NAMESPACES, {"metadata": {"name": name}}, self._timestamp())
            self._write(NAMESPACES, "ADDED", created | {"status": {"phase": "Active"}})

    def _timestamp(self) -> str:
        return datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _reached(self, resource_version: int) -> int:
        if resource_version > self.resource_version:
            raise too_large_resource_version(resource_version, self.resource_version)
        return resource_version

    def _write(self, resource: Resource, change: ChangeType, obj: Object) -> Version:
        if change == "ADDED":
            self._need_namespace(obj["metadata"].get("namespace", ""))
        shelf = self._shelves[resource]
        written = version(resource, obj, self.resource_version + 1)
        write = Write(change, written, shelf.current.get(written.key))
        self.resource_version += 1
        if change == "DELETED":
            del shelf.current[written.key]
        else:
            shelf.current[written.key] = written
        shelf.history.append(write)
        if len(shelf.history) > 2 * self._history:
            shelf.forget(self._history)
        for follower in shelf.followers:
            follower.push(write)
        return written


def _resource_version(write: Write) -> int:
    return write.version.resource_version
