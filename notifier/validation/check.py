"""All that can be said about files without a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from notifier import subscriptions
from notifier.config.schema import Config
from notifier.logs import SHORTEST
from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.redaction import MASK, one_line, pattern
from notifier.services.http import Client
from notifier.validation import credentials, made
from notifier.validation.annotations import misplaced
from notifier.validation.configuration import Configuration, configuration, is_ours, named_secrets, together
from notifier.validation.documents import File, Finding, Manifest, read
from notifier.validation.made import Sample

_ANNOTATED = frozenset({Kind.ROLLOUT, Kind.ANALYSIS_RUN, Kind.EXPERIMENT})


class Report(NamedTuple):
    """What is wrong, by file and line, each thing once; and what was not looked at, and why."""

    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]


def validate(files: Iterable[File], client: Client) -> Report:
    """Check the ConfigMaps, Secrets and annotations in files against one another. `client` is not used to send."""
    found = [part for file in files for part in read(file)]
    check = _Check([part for part in found if isinstance(part, Manifest)], client)
    findings = [*(part for part in found if isinstance(part, Finding)), *check.findings()]
    masked = {check.masked(finding) for finding in findings}
    return Report(tuple(sorted(masked, key=msgspec.structs.astuple)), tuple(check.remarks()))


class _Check:
    """One run over the objects of all files."""

    def __init__(self, manifests: Sequence[Manifest], client: Client) -> None:
        self._maps = [m for m in manifests if m.kind == "ConfigMap"]
        self._secrets = [m for m in manifests if m.kind == "Secret"]
        self._annotated = [m for m in manifests if m.kind in _ANNOTATED]
        self._hidden = pattern(frozenset().union(*map(credentials.written, self._secrets)), SHORTEST)
        self._configurations = [self._configuration(m, client) for m in self._maps if is_ours(m)]

    def _configuration(self, manifest: Manifest, client: Client) -> Configuration:
        return configuration(manifest, credentials.beside(manifest, self._secrets), client)

    def findings(self) -> Iterator[Finding]:
        for secret in self._secrets:
            yield from credentials.findings(secret)
        config = together(self._configurations)
        for manifest in self._annotated:
            yield from _annotations(manifest, config)
        samples, unreadable = _samples(m for m in self._annotated if m.kind == Kind.ROLLOUT)
        yield from unreadable
        for one in self._configurations:
            yield from one.findings()
            yield from one.rehearsed(samples)

    def remarks(self) -> Iterator[str]:
        for manifest in self._maps:
            place = f"{manifest.file}:{manifest.line}: {manifest}"
            if not is_ours(manifest):
                yield f"{place} is ignored: none of its keys is about notifications"
            elif credentials.beside(manifest, self._secrets) is None and named_secrets(manifest):
                yield f"{place}: there is no Secret beside it, so what it takes from one is not checked"
        if self._annotated and not self._configurations:
            yield "there is no ConfigMap: services are not checked, triggers against those that are built in"

    def masked(self, finding: Finding) -> Finding:
        """A finding that fits on a line, and whose message shows no secret."""
        message = self._hidden.sub(MASK, one_line(finding.message))
        return msgspec.structs.replace(
            finding, object=one_line(finding.object), key=one_line(finding.key), message=message
        )


def _annotations(manifest: Manifest, config: Config) -> Iterator[Finding]:
    path = ("metadata", "annotations")
    yield from (odd for odd in manifest.oddities(*path) if odd.key.startswith((ANNOTATION_PREFIX, ".".join(path))))
    texts = {k: text for k, text in manifest.texts(*path).items() if k.startswith(ANNOTATION_PREFIX)}
    for fault in subscriptions.faults({key: text.value for key, text in texts.items()}, config):
        key = next(k for k in texts if k.removeprefix(ANNOTATION_PREFIX) == fault.key)
        yield manifest.finding(fault.message, key, texts[key].line)
    lines = {key: text.line for key, text in manifest.texts(*path).items()}
    yield from (manifest.finding(fault.message, fault.key, lines[fault.key]) for fault in misplaced(lines))


def _samples(manifests: Iterable[Manifest]) -> tuple[list[Sample], list[Finding]]:
    """The Rollouts as they will be in a cluster, and why some of them cannot be."""
    samples, unreadable = [], []
    for manifest in manifests:
        texts = manifest.texts("metadata", "annotations")
        metadata = manifest.metadata | {"annotations": {key: text.value for key, text in texts.items()}}
        try:
            samples.append(made.sample(manifest.value | {"metadata": metadata}))
        except msgspec.ValidationError as error:
            unreadable.append(manifest.finding(f"cannot be read: {error}"))
    return samples, unreadable
