"""What the daemon tells of a recorded controller, explaining that very state finds to be so: the two never disagree."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from notifier.config.load import load
from notifier.directory import CHECKS
from notifier.explain import Explanation, Subject, Verdict, explain
from notifier.intake import Told
from notifier.model import ANNOTATION_PREFIX, Event, Object
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.reasons import BY_TRIGGER, trigger_name
from notifier.replay import Replay

FOLDER = Path(__file__).parents[2] / "recordings"
RECORDINGS = [path for path in sorted(FOLDER.glob("*.jsonl.gz")) if "standalone" not in path.name]
"""All with a Rollout."""
LASTING = {
    *("RolloutUpdated", "RolloutCompleted", "RolloutAborted", "ProgressDeadlineExceeded", "InvalidSpec"),
    *("RolloutDegraded", "RolloutPaused", "RolloutManuallyPaused", "RolloutHealthy", "AnalysisRunFailed"),
    *("AnalysisRunRunning", "AnalysisRunSuccessful", "AnalysisRunError", "AnalysisRunInconclusive"),
}
CONFIG = load(None, {}, CHECKS)


class Cluster:
    """The objects of a recording, as they are at a line."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.objects: dict[str, Object] = {}

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            found = json.loads(line)
            if found["type"] != "BOOKMARK":
                self.objects[found["object"]["metadata"]["uid"]] = found["object"]
            yield line

    def explain(self, event: Event, now: float = 0.0) -> Explanation:
        """The state that an event has just been told of, for somebody who asks for that event."""
        rollout = self.objects[event.uid]
        key = f"{ANNOTATION_PREFIX}subscribe.{trigger_name(event.reason)}.hook"
        metadata = rollout["metadata"]
        annotations = {"rollout.argoproj.io/revision": metadata["annotations"]["rollout.argoproj.io/revision"], key: ""}
        others = [found for found in self.objects.values() if found is not rollout]
        return explain(Subject({**rollout, "metadata": metadata | {"annotations": annotations}}, others), CONFIG, now)


def _lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


def lasting(told: Told) -> list[Event]:
    """The events of a line that name a state which lasts. What came of others in the same line is not looked at."""
    found = [e for e in told.events if e.reason in LASTING and e.kind == "Rollout"]
    return found if len({e.uid for e in found}) == 1 else []


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name.removesuffix(".jsonl.gz"))
async def test_what_is_told_of_a_state_is_so_in_that_state(path: Path) -> None:
    cluster = Cluster(_lines(path))
    outbox = SqliteOutbox.open(":memory:")
    seen = set[str]()
    try:
        async for told in Replay(outbox, Pipeline(CONFIG)).run(cluster):
            for event in lasting(told):
                (answer,) = cluster.explain(event).answers
                assert answer.verdict is Verdict.MATCHES, (event.reason, event.summary)
                assert answer.payload
                assert (answer.payload.reason, answer.payload.occasion) == (event.reason, "present")
                seen.add(event.reason)
    finally:
        await outbox.close()
    assert seen >= {"RolloutUpdated"}
    assert seen <= set(BY_TRIGGER.values())
