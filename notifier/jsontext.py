"""Templates whose text is JSON, as Argo's are where structure is meant."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from notifier.errors import TemplateError
from notifier.secrets import OPENING

_ESCAPED_OPENING = re.compile(rf"(?<!\\)((?:\\\\)*)\\u{ord(OPENING):04x}", re.IGNORECASE)
"""A placeholder's bracket as JSON may escape it: nothing that a template took from `secrets` is written like this."""


class Text(Protocol):
    """A compiled template that makes a text."""

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return the text; raises TemplateError."""


class JsonText:
    """A text that is parsed once it is rendered; `path` is where it stands, `advice` how values are quoted in it."""

    def __init__(self, text: Text, path: str, advice: str) -> None:
        self._text, self._path, self._advice = text, path, advice

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return what the text means, None for an empty one; raises TemplateError, with the line of the text."""
        text = _ESCAPED_OPENING.sub(r"\1[", self._text.render(variables))
        try:
            value = json.loads(text, strict=False) if text.strip() else None
            msgspec.json.encode(value)
        except json.JSONDecodeError as error:
            message = f"{self._path}: is not valid JSON once rendered: {error.msg} ({self._advice})"
            raise TemplateError(message, error.lineno) from error
        except UnicodeEncodeError as error:
            raise TemplateError(f"{self._path}: is JSON with one half of a character (such as \\ud83d)", 0) from error
        except RecursionError as error:
            raise TemplateError(f"{self._path}: is JSON that is nested too deep", 0) from error
        return value
