"""The language: an environment and its macros, in plain text and in HTML; source in, something to render out."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from traceback import walk_tb
from types import MappingProxyType
from typing import Any

from jinja2 import Template, TemplateSyntaxError, Undefined, UndefinedError, nodes

from notifier.errors import TemplateError
from notifier.jinja.budget import USUAL, Budget, Meter
from notifier.jinja.sandbox import Sandbox
from notifier.jinja.syntax import MeterBuilder, check_macros, check_names, only_expression
from notifier.jinja.values import LISTS, MAPPINGS, plain, text
from notifier.jinja.view import View, new_view

VARIABLES = frozenset(
    {"analysisRuns", "context", "event", "message", "recipient", "rollout", "secrets", "serviceType", "time"}
)
"""What templates see; `message` is the plain text, for the sections beside it."""
MAX_SOURCE = 1 << 16


class Native(enum.Enum):
    """What becomes of a leaf that is one expression and nothing else: what of its value is kept, and not made text."""

    NOTHING = enum.auto()
    STRUCTURE = enum.auto()
    """Lists and mappings."""
    VALUES = enum.auto()
    """Everything; what is missing is null."""


RESULT = "result"


class Language:
    """The template language as one installation has it.

    `macros` maps names of files to their source: their macros are known everywhere by their own names, and see the
    variables of whoever calls them. `variables` are the names that are not a mistake, `zone` is the time zone that
    times are shown in. Raises TemplateError for a faulty macro, ConfigError for an unknown zone.
    """

    def __init__(
        self,
        *,
        macros: Mapping[str, str] = MappingProxyType({}),
        variables: Collection[str] = VARIABLES,
        zone: str = "UTC",
        budget: Budget = USUAL,
    ) -> None:
        self.budget = budget
        self.text = Dialect(Sandbox(html=False, zone=zone), macros, variables)
        self.html = Dialect(Sandbox(html=True, zone=zone), macros, variables)


class Dialect:
    """The language in one kind of output."""

    def __init__(self, sandbox: Sandbox, macros: Mapping[str, str], variables: Collection[str]) -> None:
        self._sandbox = sandbox
        self._idle: list[View] = []
        self.known: dict[str, Collection[str]] = {**sandbox.public, "variable": {*variables, *sandbox.globals}}
        parsed = {file: self._parse(source, file) for file, source in macros.items()}
        found = self._new_macros(parsed)
        self.known["variable"] = {*self.known["variable"], *found}
        for file, template in parsed.items():
            self._check(template, file)
        self._macros = {
            name: self._compile(nodes.Template([macro], lineno=1), file) for name, (file, macro) in found.items()
        }

    def leaf(self, source: str, path: str, native: Native) -> Leaf:
        """Return a leaf's source compiled; raises TemplateError, which names path and line."""
        template = self._parse(source, path)
        self._check(template, path)
        expression = only_expression(template) if native is not Native.NOTHING else None
        if expression:
            assignment = nodes.Assign(nodes.Name(RESULT, "store"), expression, lineno=expression.lineno)
            template = nodes.Template([assignment], lineno=1)
        return Leaf(self._compile(template, path), native if expression else Native.NOTHING)

    @contextmanager
    def view(self, variables: Mapping[str, Any], budget: Budget) -> Iterator[View]:
        """Give what leaves see in one rendering; it is kept for the next one, as making macros takes long."""
        try:
            view = self._idle.pop()
        except IndexError:
            view = new_view(self._sandbox, self._macros)
        view.parent.begin({**self._sandbox.globals, **variables}, Meter(budget))
        try:
            yield view
        finally:
            view.vars = {}
            view.parent.clear()
            self._idle.append(view)

    def _new_macros(self, parsed: Mapping[str, nodes.Template]) -> dict[str, tuple[str, nodes.Macro]]:
        """Return macros by name, each with its file."""
        found: dict[str, tuple[str, nodes.Macro]] = {}
        for file, template in parsed.items():
            with compiling(file):
                for macro in check_macros(template):
                    if macro.name in found or macro.name in self.known["variable"]:
                        raise TemplateSyntaxError(f'the name "{macro.name}" is taken', macro.lineno)
                    found[macro.name] = file, macro
        return found

    def _parse(self, source: str, place: str) -> nodes.Template:
        with compiling(place):
            if len(source) > MAX_SOURCE:
                raise ValueError(f"longer than {MAX_SOURCE:,} characters")
            return self._sandbox.parse(source)

    def _check(self, template: nodes.Template, place: str) -> None:
        with compiling(place):
            check_names(template, self.known)

    def _compile(self, template: nodes.Template, place: str) -> Template:
        with compiling(place):
            metered = MeterBuilder().visit(template)
            compiled = Template.from_code(self._sandbox, self._sandbox.compile(metered), {})
        compiled.filename = place  # not sooner: Jinja copies a template's name into the Python code it writes
        return compiled


class Leaf:
    """One compiled string of a template."""

    def __init__(self, template: Template, native: Native) -> None:
        self._template = template
        self._native = native

    def render(self, view: View) -> Any:
        """Return the leaf's text or value; raises TemplateError, which names path and line."""
        view.vars = {}
        try:
            pieces = list(self._template.root_render_func(view))
            return view.parent.meter.write(pieces) if self._native is Native.NOTHING else self._value(view)
        except Exception as error:
            raise _located(error, str(self._template.filename)) from error

    def _value(self, view: View) -> Any:
        """Return what is kept of the value; it counts as output by how long it is as a text."""
        found = view.vars[RESULT]
        if self._native is Native.STRUCTURE and not isinstance(found, LISTS + MAPPINGS):
            return view.parent.meter.write([text(found)])
        value = None if isinstance(found, Undefined) else plain(found)
        view.parent.meter.write([value if isinstance(value, str) else str(value)])
        return value


@contextmanager
def compiling(place: str) -> Iterator[None]:
    """Turn what is wrong with a source into a TemplateError that names the place."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise TemplateError(f"{place}: {error.message}", error.lineno) from error
    except (MemoryError, RecursionError, SyntaxError, UndefinedError, ValueError) as error:
        raise TemplateError(f"{place}: cannot be compiled: {error}") from error


def _located(error: Exception, path: str) -> TemplateError:
    frames = [
        (template.filename, template.get_corresponding_lineno(line))
        for frame, line in walk_tb(error.__traceback__)
        if (template := frame.f_globals.get("__jinja_template__"))
    ]
    file, macro_line = frames[-1] if frames else (path, 0)
    inside = f' (in macro file "{file}", line {macro_line})' if file != path else ""
    return TemplateError(f"{path}: {error or type(error).__name__}{inside}", frames[0][1] if frames else 0)
