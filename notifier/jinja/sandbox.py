"""The environment that compiled templates run in: what an expression may reach, and that it pays for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType, MethodType
from typing import Any

from jinja2 import UndefinedError, pass_context
from jinja2.runtime import Context, LoopContext, Macro, markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from notifier.jinja import filters
from notifier.jinja.bounded import METHODS, OPERATORS, numbers
from notifier.jinja.budget import NODE, fit
from notifier.jinja.formats import clock_filters, zone_named
from notifier.jinja.values import Missing, text
from notifier.jinja.view import View, meter_of

OF_TEXT = {"capitalize", "count", "endswith", "find", "isdigit", "lower", "partition", "removeprefix", "removesuffix"}
OF_MAPPING = {"get", "items", "keys", "values"}
OFFERED: tuple[tuple[Any, set[str]], ...] = (
    (str, OF_TEXT | {"startswith", "title", "upper"}),
    (Mapping, OF_MAPPING),
    (list | tuple | range, {"count", "index", "grouper", "list"}),
    (int | float | None, set()),
)
"""The attributes that plain values offer; `grouper` and `list` are of what `groupby` makes."""
OPEN = LoopContext | Namespace
NOTHING = Missing()
"""What stands for the attributes that a value does not offer."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with allow-listed names, JSON's view of data, and a meter.

    `a.b` and `a["b"]` are the same: the key of a mapping first, so that `spec.items` is a Kubernetes object's items,
    then what the value offers. Raises ConfigError for an unknown time zone.
    """

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, *, html: bool, zone: str) -> None:
        super().__init__(
            undefined=Missing,
            finalize=_text if html else _printed,
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
        self.filters |= {"_path": self._path, "_each": _each, "_pay": _pay, "_weigh": _weigh}
        self.filters |= {"_concat": _concat, "_sliced": _sliced}

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item, or else what the value offers under that name, or else a Missing."""
        try:
            return obj[argument]
        except (TypeError, LookupError):
            offered = self._offered(obj, argument)
            return Missing(None, obj, str(argument)) if offered is NOTHING else offered

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
        return meter_of(context).keep(self.binop_table[operator](left, right))

    def call(self, context: Context, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a method or a function, and pay for what it reads and returns."""
        meter = meter_of(context)
        if not isinstance(called, Macro):
            meter.weigh((getattr(called, "__self__", None), args))
            return meter.keep(super().call(context, called, *args, **kwargs))
        kwargs.pop("_loop_vars", None)  # what Jinja adds in a loop, for functions that want a context
        meter.descend()
        result = called(*args, **kwargs)
        meter.ascend()
        return meter.weigh(result)

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Join the pieces of a macro or a block that is captured."""
        pieces = list(parts)
        fit(sum(map(len, pieces)))
        return "".join(pieces)

    def _path(self, value: Any, start: str, keys: tuple[Any, ...]) -> Any:
        for at, key in enumerate(keys):
            try:
                value = value[key]
            except (TypeError, LookupError):
                offered = self._offered(value, key)
                if isinstance(offered, Missing):
                    path: Any = (start, *keys[: at + 1])
                    return Missing(None, value, path)
                value = offered
            except UndefinedError:
                return value
        return value

    def _offered(self, obj: Any, name: Any) -> Any:
        if not isinstance(name, str) or (isinstance(obj, dict) and name not in OF_MAPPING):
            return NOTHING
        if isinstance(obj, str) and name in METHODS:
            return MethodType(METHODS[name], obj)
        return super().getattr(obj, name)


@pass_context
def _printed(context: View, value: Any) -> str:
    # What is a text already costs nothing until it is joined with others.
    return value if type(value) is str else _text(context, value)


@pass_context
def _text(context: View, value: Any) -> str:
    return context.parent.meter.weigh(text(value))


@pass_context
def _concat(context: View, *values: Any) -> str:
    texts = [value if isinstance(value, str) else text(value) for value in values]
    fit(sum(map(len, texts)))
    return context.parent.meter.weigh(markup_join(texts) if context.eval_ctx.autoescape else "".join(texts))


@pass_context
def _weigh(context: View, value: Any) -> Any:
    return context.parent.meter.weigh(value)


@pass_context
def _sliced(context: View, value: Any) -> Any:
    context.parent.meter.pay(len(value) // (NODE if isinstance(value, str) else 1))
    return value


@pass_context
def _each(context: View, items: Any, steps: int) -> Any:
    context.parent.meter.pay(len(items) * steps)
    return items


@pass_context
def _pay(context: View, steps: int) -> None:
    context.parent.meter.pay(steps)
