"""One template of Argo's: rewritten in Jinja2 where that says the same and reads well, else kept as it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from notifier import gotemplate, readable
from notifier.config import yamltext
from notifier.config.load import shipped
from notifier.config.schema import ARGO_TYPES, FORMS, Engine, Template
from notifier.config.templates import read_template
from notifier.errors import ConfigError, TemplateError
from notifier.gotemplate import nodes
from notifier.migration import jsontrees
from notifier.migration.expressions import Scope, Step
from notifier.migration.terms import Kept
from notifier.migration.writing import Writer
from notifier.trees import planned

_LIKE_JINJA = re.compile(r"\{[%#]")
_MARKUP = frozenset({"message", "slack"})
"""What Slack may be sent, which reads `<…>` in texts as links and mentions."""


class Rewritten(NamedTuple):
    """A template's entry as it shall be; `why` it stays in Go's syntax, "" where it does not."""

    text: str
    why: str = ""


def rewritten(name: str, text: str, step: Step) -> Rewritten:
    """An entry of Argo's as it shall be. Raises ConfigError for one that cannot be read."""
    source = yamltext.load(text).value
    if not isinstance(source, dict):
        raise ConfigError("a template is a mapping with `message` and sections by service type")
    if any(str(key).lower() == "engine" for key in source):
        return Rewritten(text)
    if "{{" not in text and not _LIKE_JINJA.search(text):
        return Rewritten(text)
    sections = _Sections(step)
    try:
        ours = {key: sections.rewritten(str(key).lower(), section) for key, section in source.items()}
        return Rewritten(_marked(name, f"{readable.dump(ours)}\n", Engine.JINJA2))
    except Kept as kept:
        return kept_in_go(name, text, str(kept))


def kept_in_go(name: str, text: str, why: str) -> Rewritten:
    """An entry that stays what it is, and says so where it could be taken for Jinja2."""
    return Rewritten(_marked(name, text, Engine.GO), why)


def compiled(name: str, text: str) -> Template:
    """A template's entry as it will be loaded. Raises ConfigError."""
    return read_template(name, text, shipped().language, lambda _remark, _line: None)


def in_go(name: str, text: str) -> Template:
    """The same, taken for Go's syntax as Argo does. Raises ConfigError."""
    return compiled(name, _with_engine(text, Engine.GO))


def _marked(name: str, text: str, engine: Engine) -> str:
    try:
        return text if compiled(name, text).engine is engine else _with_engine(text, engine)
    except ConfigError:
        return _with_engine(text, engine)


def _with_engine(text: str, engine: Engine) -> str:
    source = yamltext.load(text).value
    longer = f"engine: {engine}\n{text}"
    try:
        if yamltext.load(longer).value == {"engine": str(engine), **source}:
            return longer
    except ConfigError:
        pass
    return readable.dump({"engine": str(engine), **source}) + "\n"


class _Sections:
    """Rewrites the sections of one template; `step` says which step index it sees."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def rewritten(self, key: str, section: Any) -> Any:
        """A section by its key in small letters. Raises Kept."""
        if key == "webhook" and isinstance(section, dict):
            return {name: self._parts(key, part) for name, part in section.items()}
        if key == "message" or key in FORMS:
            return self._parts(key, section)
        if key in ARGO_TYPES:
            raise Kept(f"services of type {key!r} are not built yet, so it is not settled how their section is written")
        return section

    def _parts(self, key: str, section: Any) -> Any:
        if not isinstance(section, dict):
            return self._texts(key, "", section)
        return {name: self._part(key, str(name), value) for name, value in section.items()}

    def _part(self, key: str, name: str, value: Any) -> Any:
        """What a section says: a tree where it is meant as JSON, else texts."""
        body = (key, name.lower()) == ("webhook", "body")
        if not isinstance(value, str) or not value.strip():
            return self._texts(key, name, value)
        if name.lower() in FORMS[key].json or (body and jsontrees.LIKE_JSON.match(value)):
            with _at(f"{key}.{name}"):
                return jsontrees.tree(_parsed(value), Scope(self._step), markup=key in _MARKUP, native=body)
        return self._texts(key, name, value)

    def _texts(self, key: str, name: str, value: Any) -> Any:
        return planned(value, lambda text, path: self._text(key, path, text), f"{key}.{name}" if name else key)

    def _text(self, key: str, path: str, text: str) -> str:
        with _at(path):
            return Writer(Scope(self._step), markup=key in _MARKUP).text(_parsed(text))


@contextmanager
def _at(path: str) -> Iterator[None]:
    """Have what is kept say where it stands."""
    try:
        yield
    except Kept as kept:
        raise Kept(f"{path}: {kept}") from kept


def _parsed(text: str) -> tuple[nodes.Node, ...]:
    try:
        return gotemplate.compile(text).tree.body
    except TemplateError as error:
        raise Kept(str(error)) from error
