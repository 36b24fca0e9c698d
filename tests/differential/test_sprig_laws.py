"""sprig's functions on generated values: ours against sprig v3.3 itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from tests.differential.peer import Peer
from tests.unit.gotemplate_sprig.corpus import NOW, ours

ASKING = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)

LETTERS = "aAbZxz09_-. ,/:'\"<&\\%=@+éßÉ日🚀\t\n"
TEXTS = st.text(alphabet=LETTERS, max_size=12)
ASCII = st.text(alphabet="aAbBzZ019_-. ,/:", max_size=14)
WHOLE = st.integers(-12, 12)
NUMERALS = st.text(alphabet="0123456789.+-exXbo_ afi", max_size=6)
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), NUMERALS)
SCALARS = st.one_of(TEXTS, st.integers(-3, 3), st.booleans(), st.none(), st.sampled_from([0.5, 1e21]))
LISTS = st.lists(st.one_of(SCALARS, st.lists(SCALARS, max_size=2)), max_size=6)
DICTS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.one_of(SCALARS, st.lists(SCALARS, max_size=2)), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(inner, SCALARS), max_size=3),
    max_leaves=4,
)


def same(peer: Peer, call: str, **data: Any) -> None:
    """Compare what a call gives, if Go's is a text at all, and whether it fails; not where an encoding breaks."""
    template = f"{{{{ $v := {call} }}}}{{{{ typeOf $v }}}}: {{{{ $v }}}}"
    answer = peer.ask({"do": "render", "template": template, "data": data, "now": NOW})
    assume("\ufffd" not in answer.get("output", ""))
    output = ours(template, data).output
    assert output == answer.get("output") or _unplaced(output) == _unplaced(answer.get("output")), (call, data, answer)


def _unplaced(output: str | None) -> str:
    return re.sub(r"(data at input byte) \d+", r"\1", output or "an error")


OF_TEXT = (
    *("trim", "upper", "lower", "title", "untitle", "swapcase", "snakecase", "kebabcase", "quote", "squote", "cat"),
    *("b64enc", "b32enc", "b64dec", "b32dec", "sha1sum", "adler32sum", "toJson", "toRawJson", "toString", "toStrings"),
    *("int", "int64", "float64", "atoi", "toDecimal", "base", "dir", "clean", "ext", "isAbs", "regexQuoteMeta"),
    *("empty", "urlParse", "semver", "fromJson", 'splitList ""', "duration", "durationRound", "sortAlpha"),
)
OF_ASCII = ("nospace", "initials", 'camelcase | cat "a" |')
OF_WHOLE_AND_TEXT = ("trunc", "abbrev", "wrap", "indent", "nindent", 'wrapWith {} "|"')
OF_TEXTS = (
    *("trimAll", "trimPrefix", "trimSuffix", "split", "splitList", "contains", "hasPrefix", "hasSuffix", "join"),
    *("replace .b", "splitn .a 2", "plural .a .b 1 | cat", "regexReplaceAllLiteral (regexQuoteMeta .a) .b"),
)
OF_NUMBERS = (
    *("add", "sub", "mul", "div", "mod", "max", "min", "addf", "subf", "mulf", "divf", "maxf", "minf", "add1 | add"),
    *("floor | add", "ceil | add", "deepEqual", "eq"),
)
OF_LIST = (
    *("first", "last", "rest", "initial", "reverse", "compact", "uniq", "sortAlpha", "toStrings", 'join "-"', "toJson"),
    *(
        "deepCopy",
        "chunk 2",
        "chunk 3",
        "slice",
        "concat .l",
        "toPrettyJson",
        "coalesce 0",
        "append .l",
        "deepEqual .l",
    ),
    *("without .l .x", "has .x", "prepend .l", "quote", "squote", "cat", "all", "any 0", "kindOf", 'default "d"'),
)
OF_DICTS = ("merge", "mergeOverwrite", "deepEqual", 'pluck "a"', 'omit .d "a" | merge', 'pick .d "a" "b" | merge')


@pytest.mark.parametrize("name", OF_TEXT)
@given(text=TEXTS)
@settings(ASKING)
def test_functions_of_a_text_agree(peer: Peer, name: str, text: str) -> None:
    same(peer, f"{name} .a", a=text)


@pytest.mark.parametrize("name", ["nospace", "initials", "camelcase", "snakecase", "swapcase"])
@given(text=ASCII)
@settings(ASKING)
def test_functions_of_an_ascii_text_agree(peer: Peer, name: str, text: str) -> None:
    assume(text.strip("_- ") or not text)
    same(peer, f"{name} .a", a=text)


@pytest.mark.parametrize("name", OF_WHOLE_AND_TEXT)
@given(number=WHOLE, text=TEXTS)
@settings(ASKING)
def test_functions_of_a_number_and_a_text_agree(peer: Peer, name: str, number: int, text: str) -> None:
    call = name.format(number) if "{}" in name else f"{name} {number}"
    same(peer, f"{call} .a", a=text)


@pytest.mark.parametrize("name", ["substr", "abbrevboth"])
@given(start=WHOLE, stop=WHOLE, text=TEXTS)
@settings(ASKING)
def test_functions_of_two_numbers_and_a_text_agree(peer: Peer, name: str, start: int, stop: int, text: str) -> None:
    same(peer, f"{name} {start} {stop} .a", a=text)


@pytest.mark.parametrize("name", OF_TEXTS)
@given(one=TEXTS, other=TEXTS)
@settings(ASKING)
def test_functions_of_two_texts_agree(peer: Peer, name: str, one: str, other: str) -> None:
    same(peer, f"{name} .a .b", a=one, b=other)


@pytest.mark.parametrize("name", OF_NUMBERS)
@given(one=NUMBERS, other=NUMBERS)
@settings(ASKING)
def test_functions_of_two_numbers_agree(peer: Peer, name: str, one: Any, other: Any) -> None:
    assume(name != "eq" or type(one) is type(other))
    call = f"{name.partition(' | ')[0]} .a | {name.partition(' | ')[2]} .b" if "|" in name else f"{name} .a .b"
    same(peer, call, a=one, b=other)


@given(number=st.floats(-1e9, 1e9), places=st.integers(-3, 6))
@settings(ASKING)
def test_round_agrees(peer: Peer, number: float, places: int) -> None:
    same(peer, f"round .a {places}", a=number)


@given(bounds=st.lists(WHOLE, max_size=4))
@settings(ASKING)
def test_sequences_agree(peer: Peer, bounds: list[int]) -> None:
    same(peer, f"seq {' '.join(map(str, bounds))}")
    if len(bounds) == len(("start", "stop", "step")):
        same(peer, f"untilStep {' '.join(map(str, bounds))}")


@pytest.mark.parametrize("name", OF_LIST)
@given(items=LISTS, item=SCALARS)
@settings(ASKING)
def test_functions_of_a_list_agree(peer: Peer, name: str, items: list[Any], item: Any) -> None:
    same(peer, f"{name} .l", l=items, x=item)


@pytest.mark.parametrize("name", OF_DICTS)
@given(one=DICTS, other=DICTS)
@settings(ASKING)
def test_functions_of_dicts_agree(peer: Peer, name: str, one: Any, other: Any) -> None:
    same(peer, f"{name} .d .e", d=one, e=other)
