"""Lists. None is ever changed: what gives a list gives a new one, but `sortAlpha`, which sorts texts where they are."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from notifier.gotemplate.budget import fit_items
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.casts import as_int, as_list, as_text, as_texts, is_empty
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.sprig.equality import identity
from notifier.gotemplate.values import Chunks, Strings


def _of_list(verb: str, body: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    return lambda value: body(as_list(value, f"Cannot {verb} type"))


def _uniq(value: Any) -> list[Any]:
    items = as_list(value, "Cannot find uniq on type")
    first: dict[Any, Any] = {}
    for item in items:
        first.setdefault(identity(item), item)
    return list(first.values())


def _without(value: Any, *omitted: Any) -> list[Any]:
    items = as_list(value, "Cannot find without on type")
    unwanted = set(map(identity, omitted))
    return [item for item in items if identity(item) not in unwanted]


def _has(item: Any, value: Any) -> bool:
    if value is None:
        return False
    return identity(item) in map(identity, as_list(value, "Cannot find has on type"))


def _slice(value: Any, *bounds: Any) -> list[Any] | None:
    items = as_list(value, "list should be type of slice or array but")
    if not items:
        return None
    start = as_int(bounds[0]) if bounds else 0
    stop = as_int(bounds[1]) if len(bounds) > 1 else len(items)
    if not 0 <= start <= stop <= len(items):
        raise Fault("reflect.Value.Slice: slice index out of bounds")
    return type(items)(items[start:stop])


def _chunk(size: int, value: Any) -> Chunks:
    items = as_list(value, "Cannot chunk type")
    if size < 1:
        raise Fault(f"chunk wants a size of at least 1, got {size}")
    return Chunks(list(items[start : start + size]) for start in range(0, len(items), size))


def _concat(*values: Any) -> list[Any]:
    lists = [as_list(value, "Cannot concat type") for value in values]
    fit_items(sum(map(len, lists)))
    return list(chain(*lists))


def _sorted(value: Any) -> Strings:
    if not isinstance(value, list):
        return Strings([as_text(value)])
    texts = as_texts(value)
    texts.sort()
    return texts


LISTS = declared(
    ("list tuple", "...any", lambda *items: list(items)),
    ("first mustFirst", "any", _of_list("find first on", lambda items: items[0] if items else None)),
    ("last mustLast", "any", _of_list("find last on", lambda items: items[-1] if items else None)),
    ("rest mustRest", "any", _of_list("find rest on", lambda items: list(items[1:]))),
    ("initial mustInitial", "any", _of_list("find initial on", lambda items: list(items[:-1]))),
    ("reverse mustReverse", "any", _of_list("find reverse on", lambda items: list(items[::-1]))),
    (
        "compact mustCompact",
        "any",
        _of_list("compact on", lambda items: [item for item in items if not is_empty(item)]),
    ),
    (
        "append mustAppend push mustPush",
        "any any",
        lambda value, item: [*as_list(value, "Cannot push on type"), item],
    ),
    ("prepend mustPrepend", "any any", lambda value, item: [item, *as_list(value, "Cannot prepend on type")]),
    ("uniq mustUniq", "any", _uniq),
    ("without mustWithout", "any ...any", _without),
    ("has mustHas", "any any", _has),
    ("slice mustSlice", "any ...any", _slice),
    ("chunk mustChunk", "int any", _chunk),
    ("concat", "...any", _concat),
    ("sortAlpha", "any", _sorted),
)
