"""`merge` and `mergeOverwrite`: dicts made one, what is in them too. The first one is changed, as in Go."""

from __future__ import annotations

from typing import Any

from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.casts import is_empty
from notifier.gotemplate.sprig.nesting import fit_depth

Dict = dict[str, Any]


def changeable(table: Dict | None) -> Dict:
    """Return a dict that may be changed; raises Fault for any other map."""
    if type(table) is dict:
        return table
    raise Fault("assignment to entry in nil map" if table is None else "this map cannot be changed")


def merge(target: Dict | None, *sources: Dict | None) -> Dict:
    """Fill in what the first dict lacks; what is empty in it counts as lacking."""
    return _merged(target, sources, replacing=False)


def overwrite(target: Dict | None, *sources: Dict | None) -> Dict:
    """Put what the other dicts have in place of what the first has."""
    return _merged(target, sources, replacing=True)


def _merged(target: Dict | None, sources: tuple[Dict | None, ...], *, replacing: bool) -> Dict:
    result = {} if target is None else target
    for source in sources:
        _Merge(replacing=replacing).into(result, source or {})
    return result


class _Merge:
    def __init__(self, *, replacing: bool) -> None:
        self._replacing = replacing

    def into(self, target: Dict, source: Dict, depth: int = 1) -> None:
        fit_depth(depth)
        for key, value in list(source.items()):
            self._put(changeable(target), key, value, depth)

    def _put(self, target: Dict, key: str, value: Any, depth: int) -> None:
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            self.into(present, value, depth + 1)
            if present:
                return
        if self._replacing or (value is not None and is_empty(present)):
            target[key] = value
