"""What can be known to be wrong before anything runs: operands and arguments that can never fit.

Variables and members may be anything, so only literals, the results of operators and of the language's own
functions are judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import singledispatchmethod

from notifier.expr import nodes
from notifier.expr.builtins import BUILTINS
from notifier.expr.collection_functions import element
from notifier.expr.fault import Fault
from notifier.expr.methods import METHODS
from notifier.expr.predicates import PREDICATES, Shape
from notifier.expr.signature import ARRAYS, MAPS
from notifier.expr.values import Function, Type, mismatch, type_of

_BOOL = (Type.BOOL,)
_INTEGERS = (Type.INT, Type.DURATION)
_NUMBERS = (*_INTEGERS, Type.FLOAT)
_SPAN = (Type.DURATION,)
_TEXT = (Type.STRING,)
_TIME = (Type.TIME,)

_KEYS = {
    **dict.fromkeys(ARRAYS, (Type.INT, Type.DURATION)),
    Type.MAP: (Type.STRING, Type.NIL),
}
"""What can be between the brackets."""

_Pairs = tuple[tuple[tuple[Type, ...], tuple[Type, ...]], ...]
_LOGICAL: _Pairs = ((_BOOL, _BOOL),)
_NUMERIC: _Pairs = ((_NUMBERS, _NUMBERS),)
_INTEGRAL: _Pairs = ((_INTEGERS, _INTEGERS),)
_TEXTUAL: _Pairs = ((_TEXT, _TEXT),)
_ORDERED: _Pairs = (*_NUMERIC, *_TEXTUAL, (_TIME, _TIME))
_FITTING: dict[str, _Pairs] = {
    **dict.fromkeys(("and", "or"), _LOGICAL),
    **dict.fromkeys(("<", ">", "<=", ">="), _ORDERED),
    **dict.fromkeys(("contains", "startsWith", "endsWith", "matches"), _TEXTUAL),
    "+": (*_NUMERIC, *_TEXTUAL, (_TIME, _SPAN), (_SPAN, _TIME)),
    "-": (*_NUMERIC, (_TIME, _TIME), (_TIME, _SPAN)),
    **dict.fromkeys(("*", "/", "**"), _NUMERIC),
    **dict.fromkeys(("%", ".."), _INTEGRAL),
}
"""Which types of operands go together; ANY goes with each of them."""

_VALUES = {"/": Type.FLOAT, "**": Type.FLOAT, "..": Type.INTS}


def check(node: nodes.Node) -> None:
    """Raise Fault where `node` can never have a value."""
    _Checker().infer(node)


def _misfit(node: nodes.Binary, left: Type, right: Type) -> Fault:
    return Fault(f"{left} {node.operator} {right} does not fit", node.span.at)


def _fit(operator: str, left: Type, right: Type) -> bool:
    if operator in ("==", "!="):
        return _comparable(left, right)
    if operator == "in":
        return _containable(left, right)
    return any(left in (*lefts, Type.ANY) and right in (*rights, Type.ANY) for lefts, rights in _FITTING[operator])


def _containable(left: Type, right: Type) -> bool:
    if right == Type.MAP:
        return left in (Type.STRING, Type.NIL, Type.ANY)
    if right in ARRAYS:
        return _comparable(left, element(right))
    return right in (Type.ANY, *MAPS) or (left == Type.ANY and right == Type.STRING)


def _comparable(left: Type, right: Type) -> bool:
    alike = any({left, right} <= {*family} for family in (_NUMBERS, ARRAYS, MAPS))
    return alike or left == right or bool({left, right} & {Type.NIL, Type.ANY})


@dataclass
class _Checker:
    """Knows what `let` declared and which pointers the enclosing predicate has."""

    variables: dict[str, Type] = field(default_factory=dict)
    pointers: list[tuple[tuple[str, ...], Type]] = field(default_factory=list)

    @singledispatchmethod
    def infer(self, node: nodes.Node) -> Type:
        """Return the type of `node`, ANY if it cannot be known; raises Fault where it can have no value."""
        for child in nodes.children(node):
            self.infer(child)
        return Type.ANY

    def infer_all(self, operands: Iterable[nodes.Node]) -> list[Type]:
        """Return the types of several nodes."""
        return [self.infer(operand) for operand in operands]

    @infer.register(nodes.Literal)
    def _literal(self, node: nodes.Literal) -> Type:
        return type_of(node.value)

    @infer.register(nodes.Name)
    def _name(self, node: nodes.Name) -> Type:
        named = node.name in BUILTINS or node.name in PREDICATES
        return Type.MAP if node.name == "$env" else Type.FUNCTION if named else Type.ANY

    @infer.register(nodes.Variable)
    def _variable(self, node: nodes.Variable) -> Type:
        return self.variables[node.name]

    @infer.register(nodes.Let)
    def _let(self, node: nodes.Let) -> Type:
        self.variables[node.name] = self.infer(node.value)
        return self.infer(node.body)

    @infer.register(nodes.Pointer)
    def _pointer(self, node: nodes.Pointer) -> Type:
        known, item = self.pointers[-1]
        if node.name and node.name not in known:
            raise Fault(f"unknown pointer #{node.name}", node.span.at)
        return {"": item, "index": Type.INT}.get(node.name, Type.ANY)

    @infer.register(nodes.Array)
    def _array(self, node: nodes.Array) -> Type:
        self.infer_all(node.items)
        return Type.ARRAY

    @infer.register(nodes.Map)
    def _map(self, node: nodes.Map) -> Type:
        for key, value in node.pairs:
            self.infer_all((key, value))
        return Type.MAP

    @infer.register(nodes.Unary)
    def _unary(self, node: nodes.Unary) -> Type:
        operand = self.infer(node.operand)
        accepted = (Type.BOOL,) if node.operator == "not" else _NUMBERS
        if operand not in (*accepted, Type.ANY):
            raise Fault(f"{node.operator} does not go with {operand}", node.span.at)
        return Type.BOOL if node.operator == "not" else operand

    @infer.register(nodes.Binary)
    def _binary(self, node: nodes.Binary) -> Type:
        if node.operator == "in" and isinstance(node.right, nodes.Array):
            return self._in_literal(node, node.right)
        left, right = self.infer_all((node.left, node.right))
        if node.operator == "??":
            return right if left == Type.NIL else left if right in (left, Type.NIL) else Type.ANY
        if not _fit(node.operator, left, right):
            raise _misfit(node, left, right)
        return _value(node.operator, left, right)

    def _in_literal(self, node: nodes.Binary, array: nodes.Array) -> Type:
        needle, kinds = self.infer(node.left), set(self.infer_all(array.items))
        if len(kinds) == 1 and not _comparable(needle, *kinds):
            raise _misfit(node, needle, Type.ARRAY)
        return Type.BOOL

    @infer.register(nodes.Conditional)
    def _conditional(self, node: nodes.Conditional) -> Type:
        condition, then, otherwise = self.infer_all((node.condition, node.then, node.otherwise))
        if condition not in (Type.BOOL, Type.ANY):
            raise Fault(f"the condition must be true or false, not {condition}", node.condition.span.at)
        if then == Type.NIL:
            return otherwise
        return then if otherwise in (then, Type.NIL, Type.ANY) else Type.ANY

    @infer.register(nodes.Chain)
    def _chain(self, node: nodes.Chain) -> Type:
        return self.infer(node.body)

    @infer.register(nodes.Member)
    def _member(self, node: nodes.Member) -> Type:
        base = self._base(node)
        return Type.FUNCTION if base in METHODS else element(base)

    def _base(self, node: nodes.Member) -> Type:
        """Return the type of what `node` is a member of; raises Fault where it has no such member."""
        base, key = self.infer_all((node.base, node.key))
        if base in _KEYS:
            if key not in (*_KEYS[base], Type.ANY):
                raise Fault(f"{base} has no {key} keys", node.key.span.at)
        elif base not in (Type.ANY, *MAPS) and _text(node.key) not in METHODS.get(base, {}):
            raise Fault(f"{base} has no member {_text(node.key) or ''}".rstrip(), node.span.at)
        return base

    @infer.register(nodes.Call)
    def _call(self, node: nodes.Call) -> Type:
        called, method = self._called(node.callee)
        if called not in (Type.FUNCTION, Type.ANY):
            raise Fault(f"cannot call {called}: it is no function", node.span.at)
        given = self.infer_all(node.arguments)
        if method and not _takes(method, given):
            raise Fault(mismatch(method, given), node.span.at)
        return method.value if method else Type.ANY

    def _called(self, callee: nodes.Node) -> tuple[Type, Function | None]:
        if not isinstance(callee, nodes.Member):
            return self.infer(callee), None
        base = self._base(callee)
        if base in METHODS:
            return Type.FUNCTION, METHODS[base].get(str(_text(callee.key)))
        return element(base), None

    @infer.register(nodes.Slice)
    def _slice(self, node: nodes.Slice) -> Type:
        base, *bounds = self.infer_all(operand for operand in (node.base, node.first, node.last) if operand)
        if base not in (*ARRAYS, Type.STRING, Type.ANY):
            raise Fault(f"cannot slice {base}", node.span.at)
        if any(bound not in (Type.INT, Type.DURATION, Type.ANY) for bound in bounds):
            raise Fault("a slice goes from integer to integer", node.span.at)
        return base

    @infer.register(nodes.Builtin)
    def _builtin(self, node: nodes.Builtin) -> Type:
        builtin, count = BUILTINS[node.name], len(node.arguments)
        if not builtin.accepts(count):
            raise Fault(f"{node.name} does not take {count} argument{'s' * (count != 1)}", node.span.at)
        written = self.infer_all(node.arguments)
        if found := builtin.misfit(written):
            index, message = found
            raise Fault(f"{node.name}: {message}", node.arguments[index].span.at)
        if node.name == "get":
            self._get(node, *written)
        return builtin.returns(written)

    def _get(self, node: nodes.Builtin, base: Type, key: Type) -> None:
        whole, item = node.arguments
        if base not in (*ARRAYS, *MAPS, Type.ANY):
            raise Fault(f"get cannot look into {base}", whole.span.at)
        if base in _KEYS and key not in (_KEYS[base][0], Type.DURATION, Type.ANY):
            raise Fault(f"{base} has no {key} keys", item.span.at)

    @infer.register(nodes.Predicate)
    def _predicate(self, node: nodes.Predicate) -> Type:
        shape, array = PREDICATES[node.name], self.infer(node.array)
        if array not in (*ARRAYS, Type.ANY):
            raise Fault(f"{node.name} wants an array, got {array}", node.array.span.at)
        if node.extra:
            self.infer(node.extra)
        said = self._said(node.body, shape, array) if node.body else element(array)
        if node.name in ("sum", "reduce"):
            return said
        return element(array) if node.name in ("find", "findLast") else shape.value

    def _said(self, body: nodes.Node, shape: Shape, array: Type) -> Type:
        self.pointers.append((shape.pointers, element(array)))
        said = self.infer(body)
        self.pointers.pop()
        if said == Type.NIL or (shape.test and said not in (Type.BOOL, Type.ANY)):
            raise Fault(f"the predicate says {said}", body.span.at)
        return said


def _takes(function: Function, given: list[Type]) -> bool:
    return len(given) == len(function.parameters) and all(
        kind in (wanted, Type.ANY, Type.NIL) or {kind, wanted} == set(_INTEGERS)
        for kind, wanted in zip(given, function.parameters, strict=True)
    )


def _value(operator: str, left: Type, right: Type) -> Type:
    if operator in _VALUES:
        return _VALUES[operator]
    if operator not in ("+", "-", "*", "%"):
        return Type.BOOL
    if left == right == Type.TIME:
        return Type.DURATION
    if Type.ANY in (left, right):
        return Type.ANY
    return next((kind for kind in (Type.TIME, Type.FLOAT) if kind in (left, right)), left)


def _text(node: nodes.Node) -> object:
    return node.value if isinstance(node, nodes.Literal) else None
