"""What Secrets in files hold, and what in them cannot be read. No text of this module shows a value."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping

from notifier.config import files
from notifier.logs import SHORTEST
from notifier.redaction import MASK, one_line, pattern
from notifier.validation.documents import Finding, Manifest


def values(secret: Manifest) -> dict[str, str]:
    """A Secret's entries in plain, without binary ones; what cannot be read is reported, and stands for itself."""
    broken = {finding.key: f"${finding.key}" for finding in findings(secret)}
    coded = {key: value for key, value in _coded(secret).items() if key not in broken}
    return broken | files.decoded(coded) | {key: text.value for key, text in secret.texts("stringData").items()}


class Mask:
    """Hides what Secrets hold: their values in plain, and as they are in the file."""

    def __init__(self, secrets: Iterable[Manifest]) -> None:
        self._hidden = pattern(frozenset().union(*map(_written, secrets)), SHORTEST)

    def over(self, message: str) -> str:
        """A message that fits on a line and shows no secret."""
        return self._hidden.sub(MASK, one_line(message))


def _written(secret: Manifest) -> frozenset[str]:
    return frozenset({*values(secret).values(), *(text.value for text in secret.texts("data").values())})


def findings(secret: Manifest) -> Iterator[Finding]:
    """What in a Secret the API server would refuse."""
    yield from secret.oddities("data")
    yield from secret.oddities("stringData")
    lines = {key: text.line for key, text in secret.texts("data").items()}
    for key in (key for key, value in _coded(secret).items() if not _is_base64(value)):
        yield secret.finding("is no base64: plain text belongs into `stringData`", key, lines[key])


def beside(config_map: Manifest, secrets: Iterable[Manifest]) -> Mapping[str, str] | None:
    """What the Secrets in a ConfigMap's namespace hold together, None where there is none."""
    found = near(config_map, secrets)
    return {key: value for secret in found for key, value in values(secret).items()} if found else None


def near(config_map: Manifest, secrets: Iterable[Manifest]) -> list[Manifest]:
    """The Secrets in a ConfigMap's namespace. What names no namespace may be meant for any."""
    return [s for s in secrets if not s.namespace or not config_map.namespace or s.namespace == config_map.namespace]


def _coded(secret: Manifest) -> dict[str, str]:
    """A Secret's `data`; as in Kubernetes, line breaks in it do not matter."""
    return {key: "".join(text.value.splitlines()) for key, text in secret.texts("data").items()}


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return True
