"""The language: an environment and its macros, in plain text and in HTML; source in, something to render out."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from traceback import walk_tb
from types import MappingProxyType
from typing import Any

from jinja2 import Template, TemplateSyntaxError, Undefined, nodes

from notifier.errors import TemplateError
from notifier.jinja.budget import USUAL, Budget, Meter
from notifier.jinja.filters import METER, meter_of
from notifier.jinja.sandbox import Sandbox
from notifier.jinja.syntax import MeterBuilder, check_macros, check_names, only_expression
from notifier.jinja.values import plain

VARIABLES = frozenset({"analysisRuns", "context", "event", "recipient", "rollout", "secrets", "serviceType", "time"})
"""What templates see."""
MAX_SOURCE = 1 << 16
RESULT = "result"

Scope = dict[str, Any]
"""The names of one rendering: variables, globals, macros and its meter."""


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
        self.known: dict[str, Collection[str]] = {**sandbox.public, "variable": {*variables, *sandbox.globals}}
        parsed = {file: self._parse(source, file) for file, source in macros.items()}
        self._macros = frozenset(self._new_names(parsed))
        self.known["variable"] = {*self.known["variable"], *self._macros}
        for file, template in parsed.items():
            self._check(template, file)
        self._files = [self._compile(template, file) for file, template in parsed.items()]

    def leaf(self, source: str, path: str, *, native: bool) -> Leaf:
        """Return a leaf's source compiled; raises TemplateError, which names path and line."""
        template = self._parse(source, path)
        used = self._check(template, path)
        expression = only_expression(template) if native else None
        if expression:
            assignment = nodes.Assign(nodes.Name(RESULT, "store"), expression, lineno=expression.lineno)
            template = nodes.Template([assignment], lineno=1)
        native = expression is not None
        return Leaf(self._compile(template, path), native=native, uses_macros=not used.isdisjoint(self._macros))

    def scope(self, variables: Mapping[str, Any], budget: Budget, *, with_macros: bool) -> Scope:
        """Return the names for one rendering."""
        scope = {**self._sandbox.globals, **variables, METER: Meter(budget)}
        for template in self._files if with_macros else ():
            context = template.new_context(scope, shared=True)
            deque(template.root_render_func(context), maxlen=0)
            scope |= context.get_exported()
        return scope

    def _new_names(self, parsed: Mapping[str, nodes.Template]) -> Iterator[str]:
        taken = set(self.known["variable"])
        for file, template in parsed.items():
            with compiling(file):
                for macro in check_macros(template):
                    if macro.name in taken:
                        raise TemplateSyntaxError(f'the name "{macro.name}" is taken', macro.lineno)
                    taken.add(macro.name)
                    yield macro.name

    def _parse(self, source: str, place: str) -> nodes.Template:
        with compiling(place):
            if len(source) > MAX_SOURCE:
                raise ValueError(f"longer than {MAX_SOURCE:,} characters")
            return self._sandbox.parse(source)

    def _check(self, template: nodes.Template, place: str) -> set[str]:
        with compiling(place):
            return check_names(template, self.known)

    def _compile(self, template: nodes.Template, place: str) -> Template:
        with compiling(place):
            metered = MeterBuilder().visit(template)
            compiled = Template.from_code(self._sandbox, self._sandbox.compile(metered), {})
        compiled.filename = place  # not sooner: Jinja copies a template's name into the Python code it writes
        return compiled


class Leaf:
    """One compiled string of a template."""

    def __init__(self, template: Template, *, uses_macros: bool, native: bool) -> None:
        self.uses_macros = uses_macros
        self._template = template
        self._native = native

    def render(self, scope: Scope) -> Any:
        """Return the leaf's text or value; raises TemplateError, which names path and line."""
        context = self._template.new_context(scope, shared=True)
        try:
            pieces = self._template.root_render_func(context)
            if not self._native:
                write = meter_of(context).write
                return "".join([write(piece) for piece in pieces])
            deque(pieces, maxlen=0)
            value = meter_of(context).weigh(context.vars[RESULT])
            return None if isinstance(value, Undefined) else plain(value)
        except Exception as error:
            raise _located(error, str(self._template.filename)) from error


@contextmanager
def compiling(place: str) -> Iterator[None]:
    """Turn what is wrong with a source into a TemplateError that names the place."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise TemplateError(f"{place}: {error.message}", error.lineno) from error
    except (MemoryError, RecursionError, SyntaxError, ValueError) as error:
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
