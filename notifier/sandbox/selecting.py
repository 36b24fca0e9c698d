"""Label and field selectors, and which versions and writes they let through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notifier import selectors
from notifier.sandbox.status import bad_request

if TYPE_CHECKING:
    from collections.abc import Collection

    from notifier.model import ChangeType
    from notifier.sandbox.versions import Version, Write
    from notifier.selectors import Matcher

_EQUALITY = re.compile(r"(?P<name>[A-Za-z0-9][\w./-]*)\s*(?P<op>==|=|!=)\s*(?P<value>[\w.:/-]*)")


class Selection(NamedTuple):
    """Which objects a request is about: a namespace ("" is all), and all of the matchers."""

    namespace: str = ""
    labels: tuple[Matcher, ...] = ()
    fields: tuple[Matcher, ...] = ()

    def __call__(self, version: Version) -> bool:
        """Whether a version is selected."""
        return (
            self.namespace in ("", version.key.namespace)
            and all(matches(version.labels) for matches in self.labels)
            and all(matches(version.fields) for matches in self.fields)
        )

    def shown(self, write: Write) -> tuple[ChangeType, Version] | None:
        """Return how a watch shows a write: an object that leaves the selection is deleted in the watcher's eyes."""
        before = write.before
        was, now = before is not None and self(before), write.type != "DELETED" and self(write.version)
        if now:
            return ("MODIFIED" if was else "ADDED"), write.version
        if before is None or not was:
            return None
        if write.type == "DELETED":
            return "DELETED", write.version
        return "DELETED", before.restamped(write.version.resource_version)


def label_matchers(text: str) -> tuple[Matcher, ...]:
    """Parse a label selector, equality and set based; ApiError 400 if it is none."""
    try:
        return (selectors.parse(text),)
    except ValueError as error:
        raise bad_request(f"unable to parse label selector: {error}") from error


def field_matchers(text: str, selectable: Collection[str]) -> tuple[Matcher, ...]:
    """Parse a field selector; ApiError 400 if it is none or names a field that is not among the selectable."""
    return tuple(_field_matcher(part.strip(), selectable) for part in text.split(",") if part.strip())


def _field_matcher(part: str, selectable: Collection[str]) -> Matcher:
    found = _EQUALITY.fullmatch(part)
    if found is None:
        raise bad_request(f"unable to parse field selector requirement {part!r}")
    if found["name"] not in selectable:
        raise bad_request(f"field label not supported: {found['name']}")
    name, value, negated = found["name"], found["value"], found["op"] == "!="
    return lambda fields: (fields.get(name) == value) != negated
