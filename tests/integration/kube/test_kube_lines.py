from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from notifier.kube.errors import Cut, LineTooLong
from notifier.kube.lines import lines

TEXT = st.lists(st.sampled_from([b"a", b"bc", b"\n", b'{"x":1}'])).map(b"".join)


async def split(data: bytes, cuts: set[int], limit: int) -> tuple[list[bytes], type[Exception] | None]:
    """The lines of `data` when it arrives in pieces, and what ended them."""
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges) if end > start]

    async def read() -> bytes:
        return pieces.pop(0) if pieces else b""

    found: list[bytes] = []
    try:
        async for line in lines(read, limit):
            found.append(line)  # noqa: PERF401 - what came before an error is wanted too
    except (Cut, LineTooLong) as error:
        return found, type(error)
    return found, None


@given(data=TEXT, cuts=st.sets(st.integers(0, 60)))
async def test_lines_are_the_same_however_the_bytes_are_cut_into_pieces(data: bytes, cuts: set[int]) -> None:
    whole, _, rest = data.rpartition(b"\n")
    expected = [line for line in whole.split(b"\n") if line]
    assert await split(data, cuts, 1000) == (expected, Cut if rest else None)


@given(data=TEXT, cuts=st.sets(st.integers(0, 60)), limit=st.integers(1, 9))
async def test_no_line_is_longer_than_the_limit_and_those_before_it_are_given(
    data: bytes, cuts: set[int], limit: int
) -> None:
    every = data.split(b"\n")
    short = next((index for index, line in enumerate(every) if len(line) > limit), len(every) - 1)
    found, ending = await split(data, cuts, limit)
    assert found == [line for line in every[:short] if line]
    assert (ending is LineTooLong) == any(len(line) > limit for line in every)


@pytest.mark.parametrize("length", [2**16, 2**21])
async def test_a_line_without_an_end_is_given_up_at_the_limit(length: int) -> None:
    reads = 0

    async def read() -> bytes:
        nonlocal reads
        reads += 1
        return b"x" * 2**14

    with pytest.raises(LineTooLong):
        await anext(lines(read, length))
    assert reads == length // 2**14 + 1
