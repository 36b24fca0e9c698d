"""Dicts. `set` and `unset` change the one they are given, as in Go."""

from __future__ import annotations

from typing import Any

from notifier.gotemplate.budget import fit_items
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.casts import as_text
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.sprig.merging import changeable, merge, overwrite
from notifier.gotemplate.sprig.nesting import fit_depth
from notifier.gotemplate.values import Strings, is_map, type_name

Dict = dict[str, Any]

_SHORTEST_PATH = 3


def _dict(*parts: Any) -> Dict:
    """Make a dict of keys and values in turn; a last key without a value has an empty text."""
    return {as_text(key): value for key, value in zip(parts[::2], [*parts[1::2], ""], strict=False)}


def _set(table: Dict | None, key: str, value: Any) -> Dict:
    known = changeable(table)
    known[key] = value
    fit_items(len(known))
    return known


def _unset(table: Dict | None, key: str) -> Dict:
    if not table:
        return {} if table is None else table
    changeable(table).pop(key, None)
    return table


def _keys(*tables: Dict | None) -> Strings:
    return Strings(key for table in tables for key in sorted(table or ()))


def _values(table: Dict | None) -> list[Any]:
    return [(table or {})[key] for key in sorted(table or ())]


def _pluck(key: str, *tables: Dict | None) -> list[Any]:
    return [table[key] for table in tables if table and key in table]


def _pick(table: Dict | None, *keys: str) -> Dict:
    return {key: table[key] for key in keys if table and key in table}


def _omit(table: Dict | None, *keys: str) -> Dict:
    return {key: value for key, value in (table or {}).items() if key not in keys}


def _dig(*path: Any) -> Any:
    """Follow keys into dicts: the keys, what there is where one is missing, the dict."""
    if len(path) < _SHORTEST_PATH:
        raise Fault("dig needs at least three arguments")
    *keys, default, value = path
    for key in keys:
        if not is_map(value):
            raise Fault(f"interface conversion: interface {{}} is {_type(value)}, not map[string]interface {{}}")
        if not isinstance(key, str):
            raise Fault(f"interface conversion: interface {{}} is {_type(key)}, not string")
        if key not in value:
            return default
        value = value[key]
    return value


def _type(value: Any) -> str:
    return "nil" if value is None else type_name(value)


def _copy(value: Any, depth: int = 1) -> Any:
    fit_depth(depth)
    if isinstance(value, list):
        return type(value)(_copy(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return type(value)((key, _copy(item, depth + 1)) for key, item in value.items())
    return value


DICTS = declared(
    ("dict", "...any", _dict),
    ("get", "dict string", lambda table, key: (table or {}).get(key, "")),
    ("hasKey", "dict string", lambda table, key: key in (table or {})),
    ("set", "dict string any", _set),
    ("unset", "dict string", _unset),
    ("keys", "...dict", _keys),
    ("values", "dict", _values),
    ("pluck", "string ...dict", _pluck),
    ("pick", "dict ...string", _pick),
    ("omit", "dict ...string", _omit),
    ("dig", "...any", _dig),
    ("deepCopy mustDeepCopy", "any", _copy),
    ("merge mustMerge", "dict ...dict", merge),
    ("mergeOverwrite mustMergeOverwrite", "dict ...dict", overwrite),
)
