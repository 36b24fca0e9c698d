"""The language's own functions, all but those that take a predicate."""

from __future__ import annotations

from typing import Any

from notifier.expr.bits import BIT_FUNCTIONS
from notifier.expr.collection_functions import COLLECTION_FUNCTIONS
from notifier.expr.encodings import ENCODING_FUNCTIONS
from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.number_functions import NUMBER_FUNCTIONS
from notifier.expr.printing import printed
from notifier.expr.signature import ANYTHING, SIZED, Accepted, Builtin
from notifier.expr.text_functions import TEXT_FUNCTIONS
from notifier.expr.timevalues import Enum, Time, Zone, parse_date, parse_duration, zone
from notifier.expr.values import Byte, Type, encode, type_of

_TYPE_NAMES = {
    Type.TIME: "time.Time",
    Type.DURATION: "time.Duration",
    Type.ZONE: "time.Location",
    Type.FUNCTION: "func",
}
_ZONE_OR_TEXT = Accepted(frozenset(Type), frozenset({Type.ZONE, Type.STRING}))
_LAYOUT = 200
"""What taking a layout apart costs, in steps."""
_ZONE = Accepted(frozenset({Type.ZONE}), frozenset({Type.ZONE}))
_TEXT = Accepted(frozenset(Type), frozenset({Type.STRING}))


def _type(_: Meter, value: Any) -> str:
    if type(value) is int:
        return "float"
    if type(value) is Byte:
        return "uint"
    if isinstance(value, Enum):
        return f"time.{value.kind}"
    kind = type_of(value)
    return _TYPE_NAMES.get(kind, kind.value)


def _length(meter: Meter, value: Any) -> int:
    meter.handle(value)
    return len(encode(value) if type(value) is str else value)


def _now(_: Meter, now: float, *place: Any) -> Time:
    if not place:
        return Time.of(now)
    if not isinstance(place[0], Zone):
        raise Fault(f"now wants a time zone, got {type_of(place[0])}")
    return Time.of(now).within(place[0])


def _date(meter: Meter, *given: Any) -> Time:
    """Read a time: `date([zone,] text[, layout[, name of a zone]])`."""
    place, texts = (given[0], given[1:]) if isinstance(given[0], Zone) else (zone("UTC"), given)
    for text in texts:
        meter.spend(_LAYOUT + len(text))
    text, layout, named = (*texts, None, None)[:3]
    return parse_date(text, layout, zone(named) if named is not None else place)


BUILTINS = {
    "len": Builtin(Type.INT, _length, (SIZED,)),
    "type": Builtin(Type.STRING, _type, (ANYTHING,)),
    "string": Builtin(Type.STRING, printed, (ANYTHING,)),
    "now": Builtin(Type.TIME, _now, (_ZONE,), required=0),
    "duration": Builtin(Type.DURATION, lambda _, text: parse_duration(text)),
    "date": Builtin(Type.TIME, _date, (_ZONE_OR_TEXT, _TEXT, _TEXT, _TEXT)),
    "timezone": Builtin(Type.ZONE, lambda _, name: zone(name)),
    **BIT_FUNCTIONS,
    **COLLECTION_FUNCTIONS,
    **ENCODING_FUNCTIONS,
    **NUMBER_FUNCTIONS,
    **TEXT_FUNCTIONS,
}
