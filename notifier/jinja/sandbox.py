"""The environment that compiled templates run in: what an expression may reach, and that it pays for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType, MethodType
from typing import Any

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from notifier.jinja import filters
from notifier.jinja.bounded import METHODS, OPERATORS, numbers
from notifier.jinja.budget import fit
from notifier.jinja.formats import clock_filters, zone_named
from notifier.jinja.values import Missing, text

OF_TEXT = {"capitalize", "count", "endswith", "find", "isdigit", "lower", "partition", "removeprefix", "removesuffix"}
OFFERED: tuple[tuple[Any, set[str]], ...] = (
    (str, OF_TEXT | {"startswith", "title", "upper"}),
    (Mapping, {"get", "items", "keys", "values"}),
    (list | tuple | range, {"count", "index", "grouper", "list"}),
    (int | float | None, set()),
)
"""The attributes that plain values offer; `grouper` and `list` are of what `groupby` makes."""
OPEN = LoopContext | Namespace


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with allow-listed names, JSON's view of data, and a meter.

    `a.b` and `a["b"]` are the same: the key of a mapping first, so that `spec.items` is a Kubernetes object's items,
    then what the value offers. Raises ConfigError for an unknown time zone.
    """

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, *, html: bool, zone: str) -> None:
        super().__init__(
            undefined=Missing,
            finalize=_printed,
            autoescape=html,
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.binop_table |= OPERATORS
        self.globals = {"range": numbers, "namespace": Namespace}
        self.tests = filters.tests()
        self.filters = filters.filters(self)
        self.filters |= {name: filters.metered(shown) for name, shown in clock_filters(zone_named(zone)).items()}
        self.public = MappingProxyType({"filter": tuple(self.filters), "test": tuple(self.tests)})
        self.filters |= {"_path": self._path, "_each": _each, "_pay": _pay, "_weigh": _weigh, "_text": _printed}

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item, or else what the value offers under that name, or else a Missing."""
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(obj, str) and argument in METHODS:
                return MethodType(METHODS[argument], obj)
            return super().getattr(obj, argument) if isinstance(argument, str) else Missing(obj=obj, name=argument)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Likewise."""
        return self.getitem(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Tell whether a value offers an attribute; what is no plain value offers what can be called."""
        for kind, names in OFFERED:
            if isinstance(obj, kind):
                return attr in names
        return super().is_safe_attribute(obj, attr, value) and (isinstance(obj, OPEN) or callable(value))

    def wrap_str_format(self, value: Any) -> None:
        """Offer no `str.format`: the filter `format` has bounded widths."""

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate, and pay for the result."""
        return filters.meter_of(context).keep(self.binop_table[operator](left, right))

    def call(self, context: Context, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a method or a function, and pay for what it reads and returns."""
        meter = filters.meter_of(context)
        if not isinstance(called, Macro):
            meter.weigh((getattr(called, "__self__", None), args))
            return meter.keep(super().call(context, called, *args, **kwargs))
        meter.descend()
        result = super().call(context, called, *args, **kwargs)
        meter.ascend()
        return meter.weigh(result)

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Join the pieces of a macro or a block that is captured."""
        pieces = list(parts)
        fit(sum(map(len, pieces)))
        return "".join(pieces)

    def _path(self, value: Any, label: str, *keys: Any) -> Any:
        for key in keys:
            if isinstance(value, Undefined):
                return value
            label += f".{key}" if isinstance(key, str) else f"[{key!r}]"
            owner, value = value, self.getitem(value, key)
            if isinstance(value, Missing):
                return Missing(obj=owner, name=label)
        return value


@pass_context
def _printed(context: Context, value: Any) -> str:
    return filters.meter_of(context).weigh(text(value))


@pass_context
def _weigh(context: Context, value: Any) -> Any:
    return filters.meter_of(context).weigh(value)


@pass_context
def _each(context: Context, items: Any, steps: int) -> Any:
    filters.meter_of(context).pay(len(items) * steps)
    return items


@pass_context
def _pay(context: Context, steps: int) -> None:
    filters.meter_of(context).pay(steps)
