"""The catalogue: every seed scenario as a story, recorded where a recording is at hand, else written."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from notifier.demo.expectations import Expectation, certain, recorded
from notifier.demo.stories import TEAM, Story
from notifier.errors import ConfigError
from notifier.model import Kind, Object
from notifier.sandbox.player import load, retime
from notifier.sandbox.stories.scripts import SCRIPTS, Script, Written

RECORDED, WRITTEN = "recorded", "written"
"""Where a story comes from: a real controller, or one who knows what it writes."""

_PACKAGE = Path(__file__).parent / "stories"
_IN_CHECKOUT = Path("tests", "recordings")
_CHECKOUT = Path(__file__).parents[2]
_STEPS = ("RolloutStepCompleted",)


class _Scenario(msgspec.Struct):
    """What a seed scenario is called, the Rollout in it, and the reasons that are certainly told, in order."""

    title: str
    rollout: str
    certain: tuple[str, ...]


class _Cast(NamedTuple):
    """Names to follow a recorded story by, instead of those that it was recorded with."""

    namespace: str
    rollout: str
    image: str
    channel: tuple[str, ...] = TEAM


_SERVER = "ghcr.io/ssup2/mock-go-server"
_CASTS = {
    "s002-2.2.4-istio-vs": _Cast("shop", "checkout", _SERVER),
    "s002-2.2.8-istio-dr-analysis": _Cast("payments", "ledger", _SERVER, TEAM + _STEPS),
    "s001-basic-canary-narrative": _Cast("web", "storefront", "argoproj/rollouts-demo"),
}
"""What is played unless somebody wants something else, in this order; it ships inside the package."""


class Recording(NamedTuple):
    """What was recorded, in a file."""

    path: Path

    def written(self, start: float) -> Written:
        """The recording, moved to begin at `start` (seconds since the epoch). ConfigError if it cannot be read.

        Kubernetes Events are left out: the daemon does not need them, and the last come minutes after the rest.
        """
        with _reading(self.path):
            states = (line for line in load(self.path) if line.object["kind"] != Kind.EVENT)
            return Written([], list(retime(states, start=start)))


def stories(folder: Path | None = None) -> dict[str, Story]:
    """All stories by name, whole; recordings are also looked for in a folder, if none is given in the checkout's."""
    return {name: _story(name, folder)._replace(whole=True) for name in _scenarios()}


def by_default() -> tuple[Story, ...]:
    """The stories to begin with."""
    return tuple(_story(name, None) for name in _CASTS)


def plain(name: str) -> str:
    """A scenario's name as files and Kubernetes can have it."""
    return name.replace(".", "-")


def _story(name: str, folder: Path | None) -> Story:
    scenario = _scenarios()[name]
    cast = _CASTS.get(name)
    source, expectation = _source(name, folder)
    named = Story(name, scenario.title, plain(name), scenario.rollout, source, expectation)
    named = named._replace(origin=RECORDED if isinstance(source, Recording) else WRITTEN)
    if not cast:
        return named
    renamed = ((cast.image, f"{cast.namespace}/{cast.rollout}"), (scenario.rollout, cast.rollout))
    return named._replace(namespace=cast.namespace, rollout=cast.rollout, renamed=renamed, channel=cast.channel)


def _source(name: str, folder: Path | None) -> tuple[Recording | Script, Expectation]:
    for place in _places(folder):
        path = place / f"{plain(name)}.jsonl.gz"
        if path.is_file() and (known := _known(place).get(plain(name))):
            return Recording(path), known
    script = SCRIPTS[name]
    return script, certain(_scenarios()[name].certain, script.written(0).scalings)


def _places(folder: Path | None) -> Iterator[Path]:
    """Where recordings may be: what a person names comes first."""
    yield from [folder] if folder else []
    yield _PACKAGE
    yield from [] if folder else [_CHECKOUT / _IN_CHECKOUT, _IN_CHECKOUT]


@functools.cache
def _known(place: Path) -> Mapping[str, Expectation]:
    """What recordings of a place tell. ConfigError if the file that says so cannot be read."""
    file = place / "expect.json"
    with _reading(file):
        entries = msgspec.json.decode(file.read_bytes(), type=dict[str, Object]) if file.is_file() else {}
        return {name: recorded(entry) for name, entry in entries.items()}


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, LookupError, TypeError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read as a recording: {error}") from error


@functools.cache
def _scenarios() -> dict[str, _Scenario]:
    return msgspec.json.decode((_PACKAGE / "scenarios.json").read_bytes(), type=dict[str, _Scenario])
