"""All that can be said about files without a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from notifier import subscriptions
from notifier.config.schema import Config
from notifier.config.tenancy import combined
from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.redaction import one_line
from notifier.services.http import Client
from notifier.validation import credentials, made, places, silence
from notifier.validation.annotations import misplaced
from notifier.validation.configuration import (
    Configuration,
    configuration,
    is_ours,
    named_secrets,
    tenants_own,
    together,
)
from notifier.validation.documents import File, Finding, Manifest, read
from notifier.validation.made import Sample
from notifier.validation.tenants import SelfService

_ANNOTATED = frozenset({Kind.ROLLOUT, Kind.ANALYSIS_RUN, Kind.EXPERIMENT})


class Report(NamedTuple):
    """What is wrong, by file and line, each thing once; and what was not looked at, and why."""

    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]


def validate(files: Iterable[File], client: Client, own: SelfService | None = None) -> Report:
    """Check the ConfigMaps, Secrets and annotations in files against one another. `client` is not used to send.

    With `own` a ConfigMap in another namespace than the central one is the namespace's own; else all are central.
    """
    found = [part for file in files for part in read(file)]
    check = _Check([part for part in found if isinstance(part, Manifest)], client, own)
    findings = [*(part for part in found if isinstance(part, Finding)), *check.findings()]
    masked = {check.masked(finding) for finding in findings}
    return Report(tuple(sorted(masked, key=msgspec.structs.astuple)), tuple(check.remarks()))


class _Check:
    """One run over the objects of all files."""

    def __init__(self, manifests: Sequence[Manifest], client: Client, own: SelfService | None) -> None:
        self._client, self._own = client, own
        self._maps = [m for m in manifests if m.kind == "ConfigMap"]
        self._secrets = [m for m in manifests if m.kind == "Secret"]
        self._annotated = [m for m in manifests if m.kind in _ANNOTATED]
        self._mask = credentials.Mask(self._secrets)
        ours = [m for m in self._maps if is_ours(m)]
        self._central = [configuration(m, self._beside(m), client) for m in ours if not self._is_tenant(m)]
        self._config = together(self._central)
        self._tenants = [self._tenant(m, own) for m in ours if own and self._is_tenant(m)]
        self._in_force = {one.manifest.namespace: config for one, config in self._tenants}

    def _is_tenant(self, manifest: Manifest) -> bool:
        return self._own is not None and self._own.is_tenant(manifest.namespace)

    def _beside(self, manifest: Manifest) -> Mapping[str, str] | None:
        return credentials.beside(manifest, self._secrets)

    def _tenant(self, manifest: Manifest, own: SelfService) -> tuple[Configuration, Config]:
        """What a namespace's ConfigMap says, and what is in force there."""
        found = tenants_own(manifest, self._beside(manifest), self._client, own)
        beneath = own.beneath(self._config)
        return found, combined(beneath, found.config, manifest.namespace, found.said.keys(), own.terms)

    def findings(self) -> Iterator[Finding]:
        for secret in self._secrets:
            yield from credentials.findings(secret)
        for manifest in self._annotated:
            yield from _annotations(manifest, self._in_force.get(manifest.namespace, self._config))
        samples, unreadable = _samples(m for m in self._annotated if m.kind == Kind.ROLLOUT)
        yield from unreadable
        for one in self._central:
            yield from (*one.findings(), *one.rehearsed(samples, one.config))
        for one, config in self._tenants:
            here = [sample for sample in samples if sample.digest.namespace == one.manifest.namespace]
            yield from (*one.findings(), *one.rehearsed(here, config))

    def remarks(self) -> Iterator[str]:
        for manifest in self._maps:
            place = f"{manifest.file}:{manifest.line}: {manifest}"
            if not is_ours(manifest):
                yield f"{place} is ignored: none of its keys is about notifications"
            elif credentials.beside(manifest, self._secrets) is None and named_secrets(manifest):
                yield f"{place}: there is no Secret beside it, so what it takes from one is not checked"
        if self._annotated and not self._central and not self._tenants:
            yield "there is no ConfigMap: services are not checked, triggers against those that are built in"
        if self._tenants and not self._central:
            yield "there is no central ConfigMap: services are not checked, triggers against those that are built in"
        if not self._own and len({one.manifest.namespace for one in self._central} - {""}) > 1:
            yield "there are ConfigMaps of several namespaces: --self-service checks them as the namespaces' own"

    def masked(self, finding: Finding) -> Finding:
        """A finding that fits on a line, and whose message shows no secret."""
        title, key = one_line(finding.object), one_line(finding.key)
        return msgspec.structs.replace(finding, object=title, key=key, message=self._mask.over(finding.message))


def _annotations(manifest: Manifest, config: Config) -> Iterator[Finding]:
    path = ("metadata", "annotations")
    yield from (odd for odd in manifest.oddities(*path) if odd.key.startswith((ANNOTATION_PREFIX, ".".join(path))))
    every = manifest.texts(*path)
    texts = {k.removeprefix(ANNOTATION_PREFIX): text for k, text in every.items() if k.startswith(ANNOTATION_PREFIX)}
    asked = {f"{ANNOTATION_PREFIX}{key}": text.value for key, text in texts.items()}
    for key, why in (*subscriptions.faults(asked, config), *silence.faults(asked, config)):
        line = texts[key].at(places.in_list(texts[key].value, why))
        yield manifest.finding(why, f"{ANNOTATION_PREFIX}{key}", line)
    for key, why in misplaced(every):
        yield manifest.finding(why, key, every[key].line)


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
