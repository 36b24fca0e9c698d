"""What the code of templates sees: the names of the rendering in hand, and macros that are made once."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, cast

from jinja2 import Environment, Template
from jinja2.runtime import Context
from jinja2.utils import missing

from notifier.jinja.budget import USUAL, Meter


class Names(dict[str, Any]):
    """The globals and variables of one rendering after the other, and macros, each made when it is first asked for.

    A macro looks names up here whenever it is called, so it serves every rendering.
    """

    def __init__(self, environment: Environment, macros: Mapping[str, Template]) -> None:
        super().__init__()
        self.meter = Meter(USUAL)
        self._templates = macros
        self._view = View(environment, self, None, {})

    def begin(self, names: Mapping[str, Any], meter: Meter) -> None:
        """Take the names and the meter of the next rendering."""
        self.update(names)
        self.meter = meter

    def __missing__(self, name: str) -> Any:
        made = self._view.vars
        if name not in made:
            deque(self._templates[name].root_render_func(self._view), maxlen=0)
        return made[name]


class View(Context):
    """Names as Jinja wants them, and those that a leaf has set."""

    parent: Names

    def resolve_or_missing(self, key: str) -> Any:
        """Return what a name stands for, or else Jinja's `missing`."""
        if key in self.vars:
            return self.vars[key]
        try:
            return self.parent[key]
        except KeyError:
            return missing


def new_view(environment: Environment, macros: Mapping[str, Template]) -> View:
    """Return what leaves see; each of `macros` defines one, of that name."""
    return View(environment, Names(environment, macros), None, {})


def meter_of(context: Context) -> Meter:
    """Return the meter of the rendering that a context belongs to."""
    return cast("View", context).parent.meter
