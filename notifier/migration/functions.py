"""Go's functions that have an exact counterpart in Jinja2. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from types import MappingProxyType

from notifier.migration.shapes import NUMBER, PRINTED, SURE, TEXTS, UNKNOWN, Shape, Sort
from notifier.migration.terms import Binding, Kept, Term, flag, sum_of

Arguments = Sequence[Term]

INDEX = "loop.index0"
STEP_BEFORE = "event.step.index - 1"
"""A completed step's index, as Argo's templates see it."""
_VERB = re.compile(r"%([sd])")
_ESCAPED = frozenset("&<>")
"""What is written differently in texts for Slack: it must not be looked for in them."""


def truth(term: Term) -> Term:
    """An expression as a condition: both languages take the same for false."""
    return flag("not loop.first") if term.code == INDEX else term


def _not(arguments: Arguments) -> Term:
    (term,) = arguments
    return flag("loop.first", Binding.TIGHT) if term.code == INDEX else flag(f"not {term.operand()}")


def _chosen(word: str) -> Callable[[Arguments], Term]:
    """`and` or `or`: both give one of their operands."""

    def written(arguments: Arguments) -> Term:
        code = f" {word} ".join(truth(term).operand(Binding.COMPARED) for term in arguments)
        sorts = {term.sort for term in arguments}
        same = len(sorts) == 1 and arguments[-1].shape.sure and (word == "or" or all(t.shape.sure for t in arguments))
        return Term(code, Shape(sorts.pop(), sure=True) if same else UNKNOWN, Binding.LOOSE)

    return written


def _equal(arguments: Arguments) -> Term:
    first, *others = arguments
    if len(others) == 1:
        return _compared("==")(arguments)
    for other in others:
        _check_comparable(first, other)
    return flag(f"{first.operand()} in [{', '.join(other.code for other in others)}]")


def _compared(sign: str) -> Callable[[Arguments], Term]:
    def written(arguments: Arguments) -> Term:
        left, right = arguments
        _check_comparable(left, right)
        if sign not in ("==", "!=") and left.sort not in (Sort.TEXT, Sort.NUMBER):
            raise Kept(f"`{left.code}` is {left.sort.value}, which has no order")
        return flag(f"{left.operand()} {sign} {right.operand()}")

    return written


def _check_comparable(left: Term, right: Term) -> None:
    both = left.sort in TEXTS and right.sort in TEXTS
    if left.sort not in PRINTED or not (both or left.sort is right.sort):
        raise Kept(f"`{left.code}` and `{right.code}` may be of different types, which Go does not compare")
    for term in (left, right):
        _check_searched(term)


def _check_searched(term: Term) -> None:
    if term.literal and _ESCAPED & set(term.code):
        raise Kept(f"{term.code} is written differently in texts for Slack")


def _default(arguments: Arguments) -> Term:
    otherwise, term = arguments
    same = term.sort is otherwise.sort or (term.sort in TEXTS and otherwise.sort is Sort.TEXT)
    shape = term.shape._replace(sure=otherwise.shape.sure) if same else UNKNOWN
    return term.filtered(f"default({otherwise.code}, true)", shape)


def _text(term: Term) -> Term:
    """A text of which it is known what it is made of. Raises Kept for others."""
    if term.sort is not Sort.TEXT:
        raise Kept(f"`{term.code}` is {term.sort.value}")
    _check_searched(term)
    return term


def _filter(name: str) -> Callable[[Arguments], Term]:
    def written(arguments: Arguments) -> Term:
        (term,) = arguments
        return _text(term).filtered(name, term.shape)

    return written


def _as_text(arguments: Arguments) -> Term:
    (term,) = arguments
    return _sure(term, TEXTS)


def _as_number(arguments: Arguments) -> Term:
    """A conversion to what it is anyway; sprig takes for 0 what is not there."""
    (term,) = arguments
    if term.sort is not Sort.NUMBER:
        raise Kept(f"`{term.code}` is {term.sort.value}, not a number")
    return term.guarded("0")


def _sure(term: Term, sorts: Collection[Sort]) -> Term:
    """What is of one of these sorts and always there. Raises Kept for others."""
    if term.sort not in sorts:
        raise Kept(f"`{term.code}` is {term.sort.value}")
    if not term.shape.sure:
        raise Kept(f"`{term.code}` may not be there")
    return term


def _formatted(arguments: Arguments) -> Term:
    pattern, *terms = arguments
    verbs = "".join(_VERB.findall(pattern.code))
    wanted = "".join("d" if _sure(term, (Sort.TEXT, Sort.NUMBER)).sort is Sort.NUMBER else "s" for term in terms)
    if not pattern.literal or verbs != wanted or pattern.code.count("%") != len(verbs):
        raise Kept("`printf` is written alike in both languages only with `%s` for texts and `%d` for numbers")
    return pattern.filtered(f"format({', '.join(term.code for term in terms)})", SURE)


def _either(arguments: Arguments) -> Term:
    yes, no, choice = arguments
    if not (yes.sort is no.sort and yes.shape.sure and no.shape.sure):
        raise Kept("what `ternary` gives is not always of one type")
    condition = _sure(choice, (Sort.FLAG,)).operand(Binding.COMPARED)
    return Term(f"{yes.operand()} if {condition} else {no.operand()}", yes.shape, Binding.LOOSE)


def _has_key(arguments: Arguments) -> Term:
    term, key = arguments
    if term.sort is not Sort.MAPPING or key.sort is not Sort.TEXT:
        raise Kept(f"`{term.code}` is {term.sort.value}: what is in it is not known")
    return flag(f"{key.operand()} in {term.operand()}")


def _truncated(arguments: Arguments) -> Term:
    length, term = arguments
    if not length.code.isdecimal():
        raise Kept("`trunc` counts from the end")
    return Term(f"{_text(term).operand()}[:{length.code}]", term.shape)


def _replaced(arguments: Arguments) -> Term:
    old, new, term = arguments
    return _text(term).filtered(f"replace({_text(old).code}, {_text(new).code})", term.shape)


def _contains(arguments: Arguments) -> Term:
    piece, term = arguments
    return flag(f"{_text(piece).operand()} in {_text(term).operand()}")


def _method(name: str) -> Callable[[Arguments], Term]:
    def written(arguments: Arguments) -> Term:
        piece, term = arguments
        return flag(f"{_text(term).operand()}.{name}({_text(piece).code})", Binding.TIGHT)

    return written


def _length(arguments: Arguments) -> Term:
    (term,) = arguments
    if term.sort not in (Sort.LIST, Sort.MAPPING):
        raise Kept(f"`{term.code}` is {term.sort.value}, of which Go counts the bytes")
    return term.filtered("length", NUMBER._replace(sure=True))


def _calculated(sign: str) -> Callable[[Arguments], Term]:
    """A calculation with whole numbers."""

    def written(arguments: Arguments) -> Term:
        numbers = [_as_number([term]) for term in arguments]
        if sign == "+" and {term.code for term in arguments} == {STEP_BEFORE, "1"}:
            return sum_of("event.step.index")._replace(binding=Binding.TIGHT)
        return sum_of(f" {sign} ".join(term.operand() for term in numbers))

    return written


def _successor(arguments: Arguments) -> Term:
    (term,) = arguments
    return _calculated("+")([term, sum_of("1")._replace(binding=Binding.TIGHT)])


def _index(arguments: Arguments) -> Term:
    term, *keys = arguments
    for key in keys:
        if not key.literal:
            raise Kept(f"what `{key.code}` leads to is not known beforehand")
        if key.sort is Sort.TEXT and term.sort is Sort.MAPPING:
            term = term.part(json.loads(key.code))
        elif key.code.isdecimal() and term.sort is Sort.LIST:
            term = term.item(key.code)
        else:
            raise Kept(f"`{term.code}` is {term.sort.value}: what is in it is not known")
    return term


Written = Callable[[Arguments], Term]

FUNCTIONS: MappingProxyType[str, tuple[int, int, Written]] = MappingProxyType(
    {
        "add": (2, 9, _calculated("+")),
        "add1": (1, 1, _successor),
        "and": (2, 9, _chosen("and")),
        "contains": (2, 2, _contains),
        "default": (2, 2, _default),
        "empty": (1, 1, _not),
        "eq": (2, 9, _equal),
        "ge": (2, 2, _compared(">=")),
        "gt": (2, 2, _compared(">")),
        "hasKey": (2, 2, _has_key),
        "hasPrefix": (2, 2, _method("startswith")),
        "hasSuffix": (2, 2, _method("endswith")),
        "index": (2, 9, _index),
        "int": (1, 1, _as_number),
        "int64": (1, 1, _as_number),
        "le": (2, 2, _compared("<=")),
        "len": (1, 1, _length),
        "lower": (1, 1, _filter("lower")),
        "lt": (2, 2, _compared("<")),
        "mul": (2, 9, _calculated("*")),
        "ne": (2, 2, _compared("!=")),
        "not": (1, 1, _not),
        "or": (2, 9, _chosen("or")),
        "printf": (2, 9, _formatted),
        "replace": (3, 3, _replaced),
        "sub": (2, 2, _calculated("-")),
        "ternary": (3, 3, _either),
        "toString": (1, 1, _as_text),
        "trim": (1, 1, _filter("trim")),
        "trunc": (2, 2, _truncated),
        "upper": (1, 1, _filter("upper")),
    }
)
"""By name: how many arguments it takes, at least and at most, and how it is written."""


def called(name: str, arguments: Arguments) -> Term:
    """A call. Raises Kept where there is no counterpart."""
    if name not in FUNCTIONS:
        raise Kept(f"`{name}` has no exact counterpart in Jinja2")
    least, most, written = FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise Kept(f"`{name}` is given {len(arguments)} arguments")
    return written(arguments)
