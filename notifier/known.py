"""The digests at hand while one batch of changes is worked on: what the store holds, and what the batch adds."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

import msgspec

from notifier.outbox.protocol import Record
from notifier.rollouts.digests import VERSION, AnyDigest, Tombstone, decode, encode, kind_of

_decode = functools.lru_cache(maxsize=2048)(decode)


class Known:
    """Digests by uid and by family. `foreign` holds uids whose digest a newer version of this program wrote."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.foreign: set[str] = set()
        self._writes: dict[str, int] = {}
        self._digests: dict[str, AnyDigest] = {}
        self._families: dict[str, dict[str, AnyDigest]] = {}
        self._new: dict[str, AnyDigest] = {}
        self._glimpsed: dict[str, dict[str, AnyDigest]] = {}
        for record in records:
            if record.shape > VERSION:
                self.foreign.add(record.uid)
            else:
                self._writes[record.uid] = record.writes
                self.set(digest_of(record))
        self._new.clear()

    def digest(self, uid: str) -> AnyDigest | None:
        """The digest of an object, None where it is not known."""
        return self._digests.get(uid)

    def family(self, root: str) -> Mapping[str, AnyDigest]:
        """The digests of an object and of all whose events are told on it."""
        return self._families.get(root, {})

    def relatives(self, owner: str) -> Mapping[str, AnyDigest]:
        """The family an owner belongs to, with what was glimpsed of it."""
        digest = self._digests.get(owner)
        if digest is None:
            return {}
        glimpsed = self._glimpsed.get(digest.root)
        return {**self.family(digest.root), **glimpsed} if glimpsed else self.family(digest.root)

    def glimpse(self, digest: AnyDigest) -> None:
        """Let what describes a relative know of a state whose turn has not come yet."""
        was = self._digests.get(digest.uid)
        if was is None or was.version < digest.version:
            self._glimpsed.setdefault(digest.root, {})[digest.uid] = digest

    def set(self, digest: AnyDigest) -> None:
        """Take over a new digest."""
        self._digests[digest.uid] = digest
        self._families.setdefault(digest.root, {})[digest.uid] = digest
        self._new[digest.uid] = digest

    def take(self) -> list[Record]:
        """The records that compare and set what was taken over since the last call."""
        records = [_record(digest, self._writes.get(uid, 0)) for uid, digest in self._new.items()]
        for record in records:
            self._writes[record.uid] = record.writes + 1
        self._new.clear()
        return records


def _record(digest: AnyDigest, writes: int) -> Record:
    return Record(
        uid=digest.uid,
        kind=kind_of(digest),
        namespace=digest.namespace,
        root=digest.root,
        version=digest.version,
        shape=VERSION,
        writes=writes,
        body=encode(digest),
        deleted=digest.deleted if isinstance(digest, Tombstone) else None,
    )


def digest_of(record: Record) -> AnyDigest:
    """A record's digest. The record's version rules: it is set back for a cluster restored from a backup."""
    digest = _decode(record.body)
    return digest if digest.version == record.version else msgspec.structs.replace(digest, version=record.version)
