"""Filling `$key` in a service's options from the Secret, as notifications-engine does. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_REFERENCE = re.compile(r"\$([\w-]+)", re.ASCII)


def substitute(value: Any, secrets: Mapping[str, str], missing: Callable[[str], None]) -> Any:
    """The options with every `$key` in a text, keys of mappings included, replaced by the Secret's value.

    What the Secret lacks stays as written and is handed to `missing` by name.
    """
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _look_up(found, secrets, missing), value)
    if isinstance(value, Mapping):
        return {_text(k, secrets, missing): substitute(v, secrets, missing) for k, v in value.items()}
    if isinstance(value, list):
        return [substitute(item, secrets, missing) for item in value]
    return value


def _text(key: Any, secrets: Mapping[str, str], missing: Callable[[str], None]) -> Any:
    return substitute(key, secrets, missing) if isinstance(key, str) else key


def _look_up(found: re.Match[str], secrets: Mapping[str, str], missing: Callable[[str], None]) -> str:
    name = found[1]
    if name in secrets:
        return secrets[name]
    missing(name)
    return found[0]
