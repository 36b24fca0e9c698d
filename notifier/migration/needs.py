"""Which keys of the Secret a configuration takes values from. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FILLED_IN = re.compile(r"\$([\w-]+)", re.ASCII)
"""How options of services name one."""
_SEEN = re.compile(r"""\bsecrets(?:\.(\w+)|(?:\["|\['|\ +["`])([\w.-]+))""", re.ASCII)
"""How templates and conditions do, in either language."""


def needed(data: Mapping[str, str]) -> dict[str, str]:
    """The keys, each with the first entry that names it."""
    found: dict[str, str] = {}
    for entry, text in data.items():
        for match in (_FILLED_IN if entry.startswith("service.") else _SEEN).finditer(text):
            found.setdefault(next(filter(None, match.groups())), entry)
    return found
