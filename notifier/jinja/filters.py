"""The filters and tests that templates may use: Jinja's where they are safe, bounded ones where they are not.

Every one that works through its input is metered; those of Jinja that could make much out of little, that look at
the clock or the dice, or that take quadratic time (`center`, `wordwrap`, `random`, `urlize`, …) are replaced or left
out.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from functools import partial
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from notifier.jinja import bounded
from notifier.jinja.budget import weight_of
from notifier.jinja.formats import FORMATS
from notifier.jinja.notices import NOTICES
from notifier.jinja.view import View

Function = Callable[..., Any]

ITEM_STEPS = 4
"""What it takes to call a filter or a test on one item, in steps."""
PART = 4
"""How many characters of arguments take another step, as a path's parts may be that short."""

OF_LENGTH = ["length", "count"]
OF_VALUE = ["abs", "capitalize", "dictsort", "escape", "float", "int", "items", "lower", "reverse", "title", "upper"]
OF_ENVIRONMENT = ["first", "groupby", "last", "max", "min", "sort", "unique"]
OF_CONTEXT = ["map", "reject", "rejectattr", "select", "selectattr"]
KINDS = ["boolean", "false", "float", "integer", "iterable", "mapping", "none", "number", "sequence", "string", "true"]
PROPERTIES = ["defined", "divisibleby", "even", "odd", "undefined"]
COMPARISONS = ["!=", "<", "<=", "==", ">", ">=", "eq", "equalto", "ge", "gt", "in", "le", "lt", "ne"]


def metered(function: Function) -> Function:
    """Return a filter or test that pays for its input and its result."""

    @pass_context
    def run(context: View, value: Any, *args: Any, **kwargs: Any) -> Any:
        meter = context.parent.meter
        return meter.keep(function(meter.weigh(value), *args, **kwargs))

    return run


def metered_comparison(function: Any) -> Function:
    """Return a test of two values that pays for both."""

    @pass_context
    def run(context: View, value: Any, other: Any) -> Any:
        meter = context.parent.meter
        return function(meter.weigh(value), meter.weigh(other))

    return run


def metered_by_item(function: Function, *, with_context: bool = False) -> Function:
    """Return a filter that pays for handling its arguments (a filter's or test's, an attribute's path) on each item."""

    @pass_context
    def run(context: View, items: Any, *args: Any, **kwargs: Any) -> Any:
        meter = context.parent.meter
        each = ITEM_STEPS + (weight_of((args, kwargs)) // PART if args or kwargs else 0)
        meter.pay(each * len(items) if isinstance(items, Sized) else each)
        first = (context,) if with_context else ()
        return meter.keep(function(*first, meter.weigh(items), *args, **kwargs))

    return run


def summing(environment: Environment) -> Function:
    """Return Jinja's `sum` for numbers only: adding up lists takes quadratic time."""

    def total(items: Any, attribute: str | None = None) -> Any:
        return FILTERS["sum"](environment, items, attribute)

    return total


def filters(environment: Environment) -> dict[str, Function]:
    """Return all filters that templates may use, but for those that depend on the time zone."""
    return {
        **{name: FILTERS[name] for name in OF_LENGTH},
        **{name: metered(FILTERS[name]) for name in OF_VALUE},
        **{name: metered(function) for name, function in {**bounded.FILTERS, **FORMATS, **NOTICES}.items()},
        **{name: metered_by_item(partial(FILTERS[name], environment)) for name in OF_ENVIRONMENT},
        **{name: metered_by_item(FILTERS[name], with_context=True) for name in OF_CONTEXT},
        "default": bounded.default,
        "sum": metered_by_item(summing(environment)),
    }


def tests() -> dict[str, Any]:
    """Return all tests that templates may use."""
    return {
        **{name: TESTS[name] for name in KINDS + PROPERTIES},
        **{name: metered_comparison(TESTS[name]) for name in COMPARISONS},
    }
