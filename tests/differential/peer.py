"""The Go program of `tests/peer`, which answers for the libraries that Argo Rollouts' notifications are made of."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.peer.building import build_once, go, kept

_SOURCES = Path(__file__).parents[1] / "peer"
_FLAGS = ("-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w")

Answer = dict[str, Any]


def program() -> Path:
    """The program's file, whether it is there yet or not; other sources make it another."""
    sources = sorted(file for file in _SOURCES.iterdir() if file.suffix in {".go", ".mod", ".sum"})
    made_of = (part for file in sources for part in (file.name.encode(), file.read_bytes()))
    return kept("peer-languages", made_of) / "peer"


def build() -> None:
    """Build the program if it is not there yet: a minute or two on a new machine. Raises CannotBuildError."""
    build_once(program().parent, lambda new: go("build", *_FLAGS, "-o", str(new / "peer"), ".", modules=_SOURCES))


class PeerDiedError(Exception):
    """The program ended over a question; the text is what it said of it."""


class Peer:
    """The program at work. One that a question has killed is started again with the next."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: Mapping[str, Any]) -> Answer:
        """The answer to `{"do": NAME, …}`; of what fails it is `{"error": TEXT}`. Raises PeerDiedError."""
        process = self._process = self._process or self._started()
        if not (line := _exchanged(process, json.dumps(request))):
            raise PeerDiedError(self._last_words())
        answer: Answer = json.loads(line)
        return answer

    def ask_all(self, requests: Iterable[Mapping[str, Any]]) -> list[Answer]:
        """The answers to many questions, in their order."""
        return [self.ask(request) for request in requests]

    def _started(self) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen((self._program,), stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8")

    def _last_words(self) -> str:
        """How a panic that nobody could catch begins; its stack may be long."""
        process, self._process = self._process, None
        return process.communicate()[1][:500] if process else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process:
            process.communicate()


def _exchanged(process: subprocess.Popen[str], line: str) -> str:
    """The line that answers a line, "" where the program has ended."""
    assert process.stdin
    assert process.stdout
    with suppress(BrokenPipeError):
        process.stdin.write(line + "\n")
        process.stdin.flush()
    return process.stdout.readline()
