"""What an expression says: to us, to the controller, and as `corpora/expr.jsonl` has recorded it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from notifier import expr
from notifier.errors import ExpressionError
from notifier.expr.frame import Meter
from notifier.expr.printing import printed
from notifier.expr.timevalues import Duration, Enum, Time, Zone
from notifier.expr.values import Function, is_integer, is_number
from tests.differential.peer import Peer

CORPUS = Path(__file__).parent / "corpora" / "expr.jsonl"
NOW = 1_795_239_447
_RFC3339 = "2006-01-02T15:04:05.999999999Z07:00"
_NOT_FINITE = {math.inf: "+Inf", -math.inf: "-Inf"}


class Answer(NamedTuple):
    """A value as `plain` writes it, or at which stage there is none: `compile` or `run`.

    `loose` is one that the controller gives only where its numbers are integers, so that ours may be either.
    """

    value: Any = None
    fails: str = ""
    loose: bool = False

    def same(self, ours: Answer) -> bool:
        """Whether our answer is this one; integers and floats are told apart."""
        return self.fails == ours.fails and _same(self.value, ours.value, strict=not self.loose)


class Case(NamedTuple):
    """A line of the corpus; `differs` names the row that says why our answer is another one."""

    source: str
    differs: str
    answer: Answer


def ours(source: str, env: Mapping[str, Any]) -> Answer:
    """Our answer."""
    try:
        expression = expr.compile(source)
    except ExpressionError:
        return Answer(fails="compile")
    try:
        return Answer(plain(expression.evaluate(env, NOW)))
    except ExpressionError:
        return Answer(fails="run")


def theirs(peer: Peer, source: str, env: Mapping[str, Any]) -> Answer:
    """The controller's answer; where it takes offence at its numbers being floats, the one it gives for integers."""
    asked = {"do": "expr", "expr": source, "env": env, "now": NOW}
    usual = peer.ask({**asked, "floats": True})
    if usual.get("stage") != "run":
        return _answer(usual)
    other = peer.ask(asked)
    return _answer(usual) if "error" in other else _answer(other)._replace(loose=True)


def _answer(found: Mapping[str, Any]) -> Answer:
    return Answer(fails=found["stage"]) if "error" in found else Answer(found["result"])


def environment() -> dict[str, Any]:
    """What the expressions of the corpus see."""
    env: dict[str, Any] = json.loads(CORPUS.read_text(encoding="utf-8").split("\n", 1)[0])["env"]
    return env


def cases() -> list[Case]:
    """The corpus."""
    _, *lines = CORPUS.read_text(encoding="utf-8").splitlines()
    return [_case(**json.loads(line)) for line in lines]


def _case(source: str, differs: str = "", **answer: Any) -> Case:
    return Case(source, differs, Answer(**answer))


def record(env: Mapping[str, Any], answered: Iterable[Case]) -> None:
    """Write the corpus anew."""
    lines: list[dict[str, Any]] = [{"env": env}]
    for case in answered:
        told = {name: value for name, value in case.answer._asdict().items() if value}
        answer = told if case.answer.fails else {"value": case.answer.value, **told}
        lines.append({"source": case.source, **({"differs": case.differs} if case.differs else {}), **answer})
    CORPUS.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def plain(value: Any) -> Any:
    """A value as the peer writes it: floats and integers told apart, what JSON lacks as a map with a `$` key."""
    if isinstance(value, str):
        return value.encode(errors="surrogatepass").decode(errors="replace")
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key if type(key) is str else printed(Meter(), key): plain(item) for key, item in value.items()}
    return _number(value) if is_number(value) else _opaque(value)


def _number(value: float) -> Any:
    if is_integer(value):
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else {"$float": _NOT_FINITE.get(number, "NaN")}


def _opaque(value: Any) -> Any:
    match value:
        case Time():
            return {"$time": value.format(_RFC3339)}
        case Duration():
            return {"$duration": value.nanoseconds}
        case Zone():
            return {"$zone": str(value)}
        case Enum():
            return value.number
        case Function():
            return {"$func": True}
    return value


def _same(left: Any, right: Any, *, strict: bool) -> bool:
    if type(left) is list is type(right):
        return len(left) == len(right) and all(_same(a, b, strict=strict) for a, b in zip(left, right, strict=True))
    if type(left) is dict is type(right):
        return left.keys() == right.keys() and all(_same(left[key], right[key], strict=strict) for key in left)
    if {type(left), type(right)} == {int, float}:
        return not strict and bool(left == right)
    return type(left) is type(right) and bool(left == right)
