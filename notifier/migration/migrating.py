"""A ConfigMap of Argo's and the Secret beside it as ours, with a report of every entry. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from notifier.migration.entries import Entries
from notifier.migration.needs import needed
from notifier.migration.report import Line, Verdict
from notifier.migration.sameness import Sample
from notifier.model import Object
from notifier.redaction import one_line
from notifier.validation import credentials
from notifier.validation.documents import Manifest

CONFIG_MAP, SECRET = "rollouts-notifier-config", "rollouts-notifier-secret"
_ARGOS_SECRET = "argo-rollouts-notification-secret"  # noqa: S105 - a name


class Wishes(NamedTuple):
    """How to migrate: the namespace to write ("" keeps it), what to try templates on, whether to prefer ours."""

    namespace: str = ""
    samples: Sequence[Sample] = ()
    use_shipped: bool = False
    with_secret: bool = False


class Migrated(NamedTuple):
    """Our objects, and the report."""

    objects: tuple[Object, ...]
    lines: tuple[Line, ...]


def migrate(config_map: Manifest, secrets: Sequence[Manifest], wishes: Wishes) -> Migrated:
    """A ConfigMap as ours, and with the Secret beside it if that is wished for."""
    return _Migration(config_map, _near(config_map, secrets), wishes).migrated()


def _near(config_map: Manifest, secrets: Sequence[Manifest]) -> list[Manifest]:
    """The Secrets that may be meant: those in the namespace, of them those of the usual name if there are any."""
    near = credentials.near(config_map, secrets)
    return [secret for secret in near if secret.metadata.get("name") in {_ARGOS_SECRET, SECRET}] or near


class _Migration:
    """A ConfigMap and the Secrets beside it."""

    def __init__(self, config_map: Manifest, secrets: Sequence[Manifest], wishes: Wishes) -> None:
        self._config_map, self._secrets, self._wishes = config_map, secrets, wishes
        self._namespace = wishes.namespace or config_map.namespace
        self._mask = credentials.Mask(secrets)

    def migrated(self) -> Migrated:
        """The objects and the report."""
        wishes = self._wishes
        takers = needed({key: text.value for key, text in self._config_map.texts("data").items()})
        held = credentials.beside(self._config_map, self._secrets)
        known = {name: f"${name}" for name in takers} if held is None else held
        entries = Entries(self._config_map, known, wishes.samples, use_shipped=wishes.use_shipped)
        data = entries.data()
        objects = [self._object("ConfigMap", CONFIG_MAP, {"data": data}), *self._secret()]
        oddities = (self._line(finding.key, finding.message) for finding in self._config_map.oddities("data"))
        lines = map(self._masked, [*entries.report(data), *oddities, *self._needs(takers, held)])
        return Migrated(tuple(objects), tuple(lines))

    def _object(self, kind: str, name: str, content: Mapping[str, Any]) -> Object:
        metadata = {"name": name} | ({"namespace": self._namespace} if self._namespace else {})
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **content}

    def _secret(self) -> Iterator[Object]:
        """The Secrets in one, their values untouched."""
        if self._wishes.with_secret and self._secrets:
            content = {key: self._values(key) for key in ("data", "stringData")}
            yield self._object("Secret", SECRET, {key: values for key, values in content.items() if values})

    def _values(self, part: str) -> dict[str, str]:
        return {name: text.value for secret in self._secrets for name, text in secret.texts(part).items()}

    def _needs(self, takers: Mapping[str, str], held: Mapping[str, str] | None) -> Iterator[Line]:
        """What the Secret needs to hold, and what in the one that is given cannot be read."""
        place = f"Secret {f'{self._namespace}/' if self._namespace else ''}{SECRET}"
        verdict = Verdict.KEPT if self._wishes.with_secret and self._secrets else Verdict.NEEDED
        for name, entry in takers.items():
            if held is not None and name not in held:
                yield Line(place, name, Verdict.BROKEN, f"not there, needed by {entry}")
            else:
                yield Line(place, name, verdict, f"by {entry}")
        for secret in self._secrets:
            for finding in credentials.findings(secret):
                yield Line(place, finding.key, Verdict.BROKEN, finding.message)

    def _line(self, key: str, message: str) -> Line:
        return Line(str(self._config_map), key, Verdict.BROKEN, message)

    def _masked(self, line: Line) -> Line:
        return msgspec.structs.replace(line, key=one_line(line.key), message=self._mask.over(line.message))
