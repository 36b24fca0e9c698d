"""Reading `template.<name>` entries: `message` and sections by service type, in Jinja2 or in Go's syntax, compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from notifier import gotrees, jinja
from notifier.config import yamltext
from notifier.config.schema import FORMS, SECTIONS, Engine, Form, Template, Tree
from notifier.config.yamltext import Located
from notifier.errors import ConfigError, TemplateError
from notifier.jsontext import JsonText
from notifier.spelling import quoted

Warn = Callable[[str, int], None]
"""Takes a remark about an entry that works all the same, and its line."""

_ENGINE = "engine"
_KEYS_OF = {
    "email": ("subject", "body", "html", "groupingKey"),
    "slack": (
        *("text", "blocks", "attachments", "username", "icon"),
        *("groupingKey", "deliveryPolicy", "notifyBroadcast"),
    ),
    "webhook": ("method", "path", "body", "headers"),
}
"""What the sections of services that are built may say: Argo's keys and ours."""
_POLICIES = ("Post", "PostAndUpdate", "Update")

_ACTION = re.compile(r"\{\{-?\s*([^}]{1,300})")
"""The beginning of what stands in braces; what follows another in one piece is found with it."""
_GO = re.compile(
    r"""
        [.$`] | /\* | \(\s*(call\b|[.$(]|[A-Za-z]\w*\s+[.$`"\d])
        | (if|else|end|range|with|define|template|block|break|continue)\b
        | [A-Za-z]\w*\s+[.$`] | (?!not\b)[A-Za-z]\w*\s+["\d]
        | (?:"[^"\\]*"|[^"'])*\|\s*[A-Za-z]\w*\s+[.$`"\d]
    """,
    re.VERBOSE,
)
"""What is Go's syntax and no sensible Jinja2: a leading dot or dollar, a keyword, a function before its operands."""
_JINJA = re.compile(r"\{%[-+]?\s*[a-z]+[\s%+-]|\{#.*?#\}", re.DOTALL)


def read_template(name: str, text: str, language: jinja.Language, warn: Warn) -> Template:
    """Return a compiled template; raises ConfigError with the line of what cannot be one."""
    return _Reading(name, language, warn).template(yamltext.load(text))


class _Reading:
    """One entry on its way from YAML to Template; `warn` is told what is odd about it."""

    def __init__(self, name: str, language: jinja.Language, warn: Warn) -> None:
        self._name, self._language, self._warn = name, language, warn

    def template(self, source: Located) -> Template:
        if not isinstance(source.value, dict):
            raise ConfigError("a template is a mapping with `message` and sections by service type", source.line())
        engine = _engine(source)
        sections = dict(_by_service(self._sections(source)))
        trees = {key: self._section(key, tree, source) for key, tree in sections.items()}
        try:
            return self._written_in(engine or Engine.JINJA2, trees, source)
        except ConfigError:
            if engine:
                raise
            with suppress(ConfigError):
                return self._written_in(Engine.GO, trees, source)
            raise

    def _written_in(self, engine: Engine, trees: Mapping[str, Any], source: Located) -> Template:
        return Template(self._name, {key: self._compiled(key, t, engine, source) for key, t in trees.items()}, engine)

    def _sections(self, source: Located) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for written, part in source.value.items():
            key, line = str(written).lower(), source.line(written)
            if key not in {*SECTIONS, _ENGINE}:
                self._warn(f"unknown section {quoted(str(written), SECTIONS)} is ignored", line)
            elif part is not None and key != _ENGINE:
                if isinstance(part, list) or isinstance(part, dict) is (key == "message"):
                    raise ConfigError(f"`{key}` must be {'a text' if key == 'message' else 'a mapping'}", line)
                found[key] = part
        return found

    def _section(self, key: str, tree: Any, source: Located) -> Any:
        """A section, its keys spelt as its service reads them, with a warning of those that it does not read."""
        path = tuple(key.split(".", 1))
        known = _KEYS_OF.get(path[0])
        if not known or not isinstance(tree, dict):
            return tree
        right = {name.lower(): name for name in known}
        for name in (str(name) for name in tree if str(name).lower() not in right):
            self._warn(f"{key}: unknown key {quoted(name, known)} is ignored", source.line(*path, name))
        section = {right.get(str(name).lower(), name): part for name, part in tree.items()}
        self._check_policy(section.get("deliveryPolicy"), source.line(*path, "deliveryPolicy"))
        return section

    def _check_policy(self, policy: Any, line: int) -> None:
        """Warn of a delivery policy that is unknown whatever it is rendered for."""
        known = {"", *map(str.lower, _POLICIES)}
        if isinstance(policy, str) and "{" not in policy and policy.strip().lower() not in known:
            self._warn(f"slack: unknown deliveryPolicy {quoted(policy, _POLICIES)} is taken for `Post`", line)

    def _compiled(self, key: str, tree: Any, engine: Engine, source: Located) -> Tree:
        form = FORMS.get(key.partition(".")[0], Form())
        try:
            return _in_go(key, tree, form) if engine is Engine.GO else self._in_jinja(key, tree, form)
        except TemplateError as error:
            raise ConfigError(str(error), source.line(*key.split(".", 1))) from error

    def _in_jinja(self, key: str, tree: Any, form: Form) -> Tree:
        """A section, with those of its texts compiled beforehand that are not plain ones."""

        def part(name: Any, text: Any) -> Any:
            path = f"{key}.{name}"
            if isinstance(text, str) and name in form.json:
                leaf = jinja.compile_tree(text, self._language, path=path)
                return JsonText(leaf, path, "`| tojson` quotes a value")
            html = name in form.html
            return jinja.compile_tree(text, self._language, path=path, html=True) if html else text

        parts = {name: part(name, text) for name, text in tree.items()} if isinstance(tree, dict) else tree
        return jinja.compile_tree(parts, self._language, path=key, native=form.native)


def _in_go(key: str, tree: Any, form: Form) -> Tree:
    """A section in Go's syntax: every text is rendered as a text, and parsed where it is JSON."""
    if not isinstance(tree, dict):
        return gotrees.compile_tree(tree, key)
    parts: dict[Any, Any] = {name: gotrees.compile_tree(text, f"{key}.{name}") for name, text in tree.items()}
    for name in form.json & tree.keys():
        if isinstance(tree[name], str):
            parts[name] = JsonText(parts[name], f"{key}.{name}", "`toJson` quotes a value")
    return gotrees.GoTree(parts)


def _by_service(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Sections by service type; those by service name become one for each, `webhook.<name>`."""
    for key, tree in value.items():
        if FORMS.get(key, Form()).by_name and isinstance(tree, dict):
            yield from ((f"{key}.{name}", part) for name, part in tree.items())
        else:
            yield key, tree


def _engine(source: Located) -> Engine | None:
    """What a template is written in: what it says, else what it shows; None where it could be either."""
    written = next((part for key, part in source.value.items() if str(key).lower() == _ENGINE), None)
    if written is None:
        text = "\n".join(_leaves(source.value))
        go = any(_GO.match(action[1]) for action in _ACTION.finditer(text))
        if _JINJA.search(text):
            return Engine.JINJA2
        return Engine.GO if go else None
    if not isinstance(written, str) or written not in set(Engine):
        raise ConfigError(f"`engine` is {' or '.join(Engine)}, not {written!r}", source.line(_ENGINE))
    return Engine(written)


def _leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(part)
