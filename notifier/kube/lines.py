"""Splitting a stream into lines, however long: aiohttp's own `readline` gives up at twice its buffer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifier.kube.errors import Cut, LineTooLong

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable


async def lines(read: Callable[[], Awaitable[bytes]], limit: int) -> AsyncGenerator[bytes, None]:
    r"""What `read` gives, piece by piece until it gives b"", as lines without their `\n`; empty lines are left out.

    Raises LineTooLong for a line of more than `limit` bytes, without waiting for its end, and Cut if the last line
    has none: half an object is no object, even where its half happens to be valid.
    """
    line = bytearray()
    while piece := await read():
        first, *others = piece.split(b"\n")
        line += first
        for other in others:
            if whole := _within(limit, line):
                yield bytes(whole)
            line = bytearray(other)
        _within(limit, line)
    if line:
        raise Cut("the stream ended within a line")


def _within(limit: int, line: bytearray) -> bytearray:
    if len(line) > limit:
        raise LineTooLong(f"a line is longer than {limit} bytes")
    return line
