"""Secrets by name: templates write a placeholder, the sender fills it in at each attempt.

So a rendered message can be stored, shown and sent again later without holding a credential. A placeholder is a
text, `⟦secret:name⟧`; only what a template took from `SecretNames` may become one (see `harmless`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from secrets import token_hex
from typing import Any

from notifier.errors import ConfigError

OPENING = "\u27e6"
CLOSING = "\u27e7"
_BEGINNING = f"{OPENING}secret:"
PLACEHOLDER = re.compile(f"{_BEGINNING}([^{OPENING}{CLOSING}]*){CLOSING}")


def placeholder(name: str) -> str:
    """Return the text that stands for the secret of that name until it is sent."""
    return f"{_BEGINNING}{name}{CLOSING}"


class SecretNames(Mapping[str, str]):
    """What templates see as `secrets`: every name there is, with its placeholder instead of its value.

    The placeholders of a namespace's own secrets name that namespace.
    """

    def __init__(self, known: Collection[str], namespace: str = "") -> None:
        self._known = tuple(sorted(known))
        self._scope = f"{namespace}/" if namespace else ""

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            raise KeyError(name)
        return placeholder(self._scope + name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def names(value: Any) -> list[str]:
    """Return the names of the secrets whose placeholders are in a JSON-like value, sorted, each once."""
    return sorted({name for text in _texts(value) for name in PLACEHOLDER.findall(text)})


def fill(value: Any, secrets: Mapping[str, str]) -> Any:
    """Return a copy of a JSON-like value with every placeholder in it replaced, but for those in keys.

    Raises ConfigError, which names the secret, if one is not in `secrets`.
    """
    return _changed(value, lambda text: PLACEHOLDER.sub(lambda match: _secret(match[1], secrets), text))


def harmless(value: Any) -> Any:
    """Return a copy of a JSON-like value that cannot pass for a placeholder: its opening brackets are plain ones.

    Without this, whoever writes an annotation could have a secret sent to wherever that annotation is shown.
    What is not JSON (functions, `SecretNames`) is left as it is.
    """
    if isinstance(value, str):
        return value.replace(OPENING, "[")
    if isinstance(value, Mapping) and not isinstance(value, SecretNames):
        return {harmless(key): harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [harmless(item) for item in value]
    return value


def confined(value: Any, namespace: str) -> Any:
    """Return a copy of a JSON-like value in which placeholders are only those of a namespace's own secrets."""
    own = f"{_BEGINNING}{namespace}/"
    return _changed(value, lambda text: _sifted(text, own, own))


def new_seal() -> str:
    """What nobody knows who writes data or templates: it is of one rendering, as its output may show it."""
    return token_hex(8)


def sealed(secrets: Mapping[str, str], seal: str) -> dict[str, str]:
    """Return placeholders as ones that no data can hold, for a language that can make any text."""
    return {name: text.replace(_BEGINNING, f"{OPENING}{seal}:") for name, text in secrets.items()}


def unsealed(text: str, seal: str) -> str:
    """Return a text with usual placeholders for sealed ones; whatever else opens like one is made harmless."""
    return _sifted(text, f"{OPENING}{seal}:", _BEGINNING)


def _sifted(text: str, kept: str, becomes: str) -> str:
    """A text made harmless, but for what begins with `kept`: the beginning `becomes` another."""
    return becomes.join(map(harmless, text.split(kept))) if OPENING in text else text


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of a JSON-like value with all texts in it changed, but for keys."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _changed(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_changed(item, change) for item in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if OPENING in value:
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _secret(name: str, secrets: Mapping[str, str]) -> str:
    try:
        return secrets[name]
    except KeyError:
        raise ConfigError(f'secret "{name}" is not there') from None
