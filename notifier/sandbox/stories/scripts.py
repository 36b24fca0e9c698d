"""The scripts: what people did in the seed scenarios, in order, and how the analyses went."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from notifier.model import Kind, Object
from notifier.sandbox.player import Line
from notifier.sandbox.stories.controller import Controller
from notifier.sandbox.stories.measuring import Outcome
from notifier.sandbox.stories.plans import Experiment, Plan, Step, Version

_THINKING = 5.0
"""Seconds that people take before they do the next thing."""


class Script(NamedTuple):
    """A story: a plan, the version deployed first, then what people do, which may be to deploy another version.

    `known` says that the first version is there before the story begins.
    """

    plan: Plan
    first: Version
    acts: tuple[Version | Callable[[Controller], None], ...]
    outcomes: tuple[Outcome, ...] = ()
    known: bool = False

    def written(self, start: float) -> Written:
        """What the controller writes, from a time on (seconds since the epoch)."""
        controller = Controller(self.plan, self.first, start, self.outcomes)
        known = len(controller.lines) if self.known else 0
        for act in self.acts:
            controller.wait(_THINKING)
            if isinstance(act, Version):
                controller.set_image(act)
            else:
                act(controller)
        controller.rest()
        return Written(controller.lines[:known], controller.lines[known:])


class Written(NamedTuple):
    """A story as it was written: what was there before it, and the story."""

    before: list[Line]
    lines: list[Line]

    @property
    def scalings(self) -> int:
        """How often ReplicaSets of the Rollout itself change their size in the story."""
        return len(_sizes([*self.before, *self.lines])) - len(_sizes(self.before))


def _sizes(lines: Iterable[Line]) -> list[int]:
    """The sizes that ReplicaSets of a Rollout take on, one after another."""
    size, found = dict[str, int](), []
    for obj in (line.object for line in lines):
        if obj["kind"] != Kind.REPLICA_SET or obj["metadata"]["ownerReferences"][0]["kind"] != Kind.ROLLOUT:
            continue
        name, replicas = obj["metadata"]["name"], obj["spec"]["replicas"]
        if replicas != size.get(name, 0):
            found.append(replicas)
        size[name] = replicas
    return found


def _steps(*steps: int | str) -> tuple[Step, ...]:
    """Numbers are weights, texts are pauses in seconds or metrics."""
    return tuple(_step(step) for step in steps)


def _step(step: int | str) -> Step:
    if isinstance(step, int):
        return Step(weight=step)
    return Step(pause=float(step)) if step.isdecimal() else Step(metric=step)


_PERSON = "0"
_TEN = (10, "30", 20, "60", 50, _PERSON, 80, "120", 100, _PERSON)
_SERVER = tuple(Version(f"ghcr.io/ssup2/mock-go-server:{number}.0.0") for number in (1, 2, 3))
_PAGES = tuple(Version("micutzu/canary", "html_name", f"app-v{number}.html") for number in (1, 2))
_PODINFO = tuple(Version(f"ghcr.io/stefanprodan/podinfo:6.9.{number}") for number in (3, 4))
_ISTIO = {"istio": {"virtualService": {"name": "mock-server", "routes": ["primary"]}}}
_COMPARISON = Experiment(120, "stable-canary-comparison", ("stable-success-rate", "canary-success-rate"))
_KAYENTA = Experiment(120, "stable-vs-canary", ("canary-success-rate",), replicas=2)
_FRONTEND = Plan("frontend", 3, services=("frontend-active", "frontend-preview"))

_promote, _abort, _retry, _undo = Controller.promote, Controller.abort, Controller.retry, Controller.undo


def _server(*steps: Step, traffic: Object | None = None) -> Plan:
    return Plan("mock-server", 5, steps, traffic)


SCRIPTS = {
    "s000-rolling-update": Script(Plan("rolling-update", 5, surge=(2, 2)), _PAGES[0], (_PAGES[1],)),
    "s000-setweight": Script(
        Plan("rollouts-setweight", 5, _steps(20, _PERSON, 40, "10", 60, "20", 80, "60")),
        _PAGES[0],
        (_PAGES[1], _promote),
    ),
    "s002-table1-basic": Script(_server(*_steps(*_TEN)), _SERVER[0], (_SERVER[1], _promote, _promote), known=True),
    "s002-table2-istio": Script(
        _server(*_steps(*_TEN), traffic=_ISTIO), _SERVER[0], (_SERVER[1], _promote, _promote), known=True
    ),
    "s002-manifest5-analysis": Script(
        _server(*_steps(20, "30", "success-rate")), _SERVER[0], (_SERVER[1],), (Outcome.SUCCESSFUL,), known=True
    ),
    "s002-manifest7-kayenta": Script(
        _server(*_steps(10, "30"), Step(experiment=_KAYENTA), *_steps(*_TEN[2:]), traffic=_ISTIO),
        _SERVER[0],
        (_SERVER[1], _promote, _promote),
        (Outcome.SUCCESSFUL,),
        known=True,
    ),
    "s002-2.2.1-bluegreen": Script(
        Plan("mock-server", 5, services=("mock-server-active", "mock-server-preview")),
        _SERVER[0],
        (_SERVER[1], _SERVER[2], _promote),
    ),
    "s002-2.2.3-undo-abort": Script(
        _server(*_steps(20, _PERSON, 40, _PERSON, 100)), _SERVER[0], (_SERVER[1], _SERVER[2], _undo, _undo, _abort)
    ),
    "s002-2.2.6-istio-vs-analysis-experiment": Script(
        _server(Step(experiment=_COMPARISON), *_steps(20, "30", "success-rate", 100), traffic=_ISTIO),
        _SERVER[0],
        (_SERVER[1], _retry),
        (Outcome.FAILED, Outcome.SUCCESSFUL, Outcome.RUNNING),
    ),
    "s004-bluegreen": Script(_FRONTEND, _PODINFO[0], (_PODINFO[1], _promote)),
    "s004-bluegreen-abort": Script(_FRONTEND, _PODINFO[0], (_PODINFO[1], _abort), known=True),
}
"""By the name of the seed scenario; three more are recorded, and the recordings come with the package."""
