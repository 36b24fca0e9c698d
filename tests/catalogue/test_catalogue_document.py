"""`docs/messages.md` shows what is really said. After a change: REGENERATE=1 pytest tests/catalogue -k document."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from notifier.config.load import shipped
from notifier.model import Event, Message
from notifier.reasons import STATE_REASONS, trigger_name
from tests.catalogue import made, recorded

DOCUMENT = Path(__file__).parents[2] / "docs" / "messages.md"
HEAD = """# Messages

What each shipped trigger says, as it was said when a recording was replayed (`tests/recordings`). This file is written
by a test: `REGENERATE=1 pytest tests/catalogue -k document`.

The plain text is `message` of the template; a webhook without a section of its own in a template posts the JSON.
Cluster, environment and links come from `context` in the ConfigMap; `{namespace}` and `{name}` in a link are filled in.
"""
TOLD_BEST_BY = ("s002-2-2-8", "s002-2-2-4", "s001", "x-")
"""Recordings in which much happens, first choice first."""


def document() -> str:
    """The whole file."""
    return HEAD + "".join(part for reason in STATE_REASONS for part in _section(reason))


def _section(reason: str) -> Iterator[str]:
    trigger = shipped().triggers[trigger_name(reason)]
    said, origin = _example(reason)
    yield f"\n## {reason}\n\n`{trigger.name}`: {trigger.description}\n{origin}\n"
    yield f"\n```text\n{said.message}\n```\n"
    yield f"\n<details><summary>webhook</summary>\n\n```json\n{_shown(said.body['body'])}\n```\n\n</details>\n"


def _example(reason: str) -> tuple[Message, str]:
    """A message and where it is from: of an update rather than of a first deploy."""
    if reason in (unrecorded := made.unrecorded()):
        return made.say(unrecorded[reason], context=recorded.CONTEXT).message, "No recording has it: made by hand."
    found = recorded.of(reason)
    order = [one for story in TOLD_BEST_BY for one in found if one.story.startswith(story)] + found
    one = next((one for one in order if _is_telling(one.note.event)), order[0])
    return one.note.message, f"From `{one.story}`:"


def _is_telling(event: Event) -> bool:
    return event.previous_revision is not None and event.kind == "Rollout"


def _shown(body: Any) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False)


def test_the_document_shows_what_is_really_said() -> None:
    if os.environ.get("REGENERATE"):
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(document(), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run REGENERATE=1 pytest tests/catalogue -k document"
