"""What functions take: the types of their parameters, and values made to fit them."""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from typing import Any, NamedTuple

from notifier.expr.timevalues import Duration
from notifier.expr.values import Opaque
from notifier.gotemplate import nodes
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.values import NOTHING, Int, Int64, is_integer, type_name

_GO_NAMES = {
    "any": "interface {}",
    "list": "[]interface {}",
    "dict": "map[string]interface {}",
    "time": "time.Time",
    "duration": "time.Duration",
    "zone": "*time.Location",
    "enum": "time.Month",
}
_CLASSES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "int": (Int,),
    "int64": (Int64,),
    "float64": (float, int),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
}
_NILABLE = ("any", "list", "dict")
_WHOLE = {"int": Int, "int64": Int64, "duration": Duration}


class Signature(NamedTuple):
    """What a function takes: its `own`, which no template gives, `fixed` parameters, and any number of `rest`."""

    own: tuple[str, ...]
    fixed: tuple[str, ...]
    rest: str | None

    def kind(self, index: int) -> str:
        """Return the type of the parameter that an argument goes to."""
        return self.fixed[index] if index < len(self.fixed) else self.rest or "any"

    def check(self, name: str, count: int) -> None:
        """Raise Fault if it cannot be called with so many arguments."""
        wanted = len(self.fixed)
        if self.rest is None and count != wanted:
            raise Fault(f"wrong number of args for {name}: want {wanted} got {count}")
        if count < wanted:
            raise Fault(f"wrong number of args for {name}: want at least {wanted} got {count}")


@lru_cache(maxsize=512)
def signature(parameters: str) -> Signature:
    """Read the parameters of a Function."""
    kinds = parameters.split()
    own = tuple(takewhile(("clock", "meter").__contains__, kinds))
    rest = kinds.pop()[3:] if kinds and kinds[-1].startswith("...") else None
    return Signature(own, tuple(kinds[len(own) :]), rest)


def fitting(value: Any, kind: str) -> Any:
    """Return a value as a parameter of that type takes it; raises Fault if it does not."""
    if kind == "any":
        return None if value is NOTHING else value
    if type(value) in _CLASSES.get(kind, ()) or (isinstance(value, Opaque) and value.type == kind):
        return value
    if value is NOTHING:
        if kind in _NILABLE:
            return None
        raise Fault(f"invalid value; expected {go_name(kind)}")
    if kind == "int" and type(value) is int:
        return Int(value)
    raise Fault(f"wrong type for value; expected {go_name(kind)}; got {type_name(value)}")


def prepared(value: Any, kind: str) -> Any:
    """Return a value as `call` gives it to a function: Go's integers serve for one another; raises Fault as fitting."""
    if kind in _WHOLE and is_integer(value):
        return _WHOLE[kind](value)
    return fitting(NOTHING if value is None else value, kind)


def literal(node: nodes.Node, kind: str) -> Any:
    """Return what is written in a template as a parameter of that type takes it; raises Fault if it does not."""
    match node, kind:
        case nodes.Nil(), _ if kind in _NILABLE:
            return None
        case nodes.Nil(), _:
            raise Fault(f"cannot assign nil to {go_name(kind)}")
        case (nodes.Bool(value=value), "any" | "bool") | (nodes.String(text=value), "any" | "string"):
            return value
        case nodes.Number(), "any":
            return ideal(node)
        case nodes.Number(real=value), "float64":
            return value
        case nodes.Number(whole=int(value)), "int" | "int64" | "duration":
            return _WHOLE[kind](value)
    raise Fault(f"expected {go_name(kind)}")


def ideal(node: nodes.Number) -> Int | float:
    """Return what a number is by itself; raises Fault if it is too large for an int."""
    if node.ideal is None:
        raise Fault(f"{node.text} overflows int")
    return node.ideal


def go_name(kind: str) -> str:
    """Return Go's name for a parameter's type."""
    return _GO_NAMES.get(kind, kind)
