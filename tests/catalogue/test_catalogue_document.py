"""`docs/messages.md` shows what is really said. After a change: REGENERATE=1 pytest tests/catalogue -k document."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from notifier.config.load import shipped
from notifier.config.templates import read_template
from notifier.model import Event, Message
from notifier.reasons import STATE_REASONS, trigger_name
from notifier.services.slack import Section
from tests.catalogue import made, recorded

DOCUMENT = Path(__file__).parents[2] / "docs" / "messages.md"
EXAMPLE = """\
template.rollout-completed: |
  message: |
    {% call notice(revision() ~ " is out" ~ taken()) %}
    {{ image_lines() }}
    {% endcall %}
  slack:
    groupingKey: "{{ thread() }}"
    deliveryPolicy: PostAndUpdate
    text: "{{ sign() }} {{ headline() }}"
"""
HEAD = f"""# Messages

What each shipped trigger says to each service, as it was said when a recording was replayed (`tests/recordings`). This
file is written by a test: `REGENERATE=1 pytest tests/catalogue -k document`.

**Templates.** A file in `templates/` holds the plain text of a reason. `templates/_defaults.yaml` is beneath all of
them: how Slack, email and webhooks lay that text out. A service without a section there gets the text as it is.
`templates/_macros/` holds the pieces that several use, for templates of your own, too.

**To change a message**, put a template of its name into the ConfigMap. It replaces the shipped one as a whole, and
`_defaults.yaml` is not beneath it: a service for which it has no section gets its plain text.

```yaml
{EXAMPLE}```

**Threads.** In Slack all messages about one revision of a Rollout are one thread (`groupingKey`), in a mailbox one
conversation. The first message is changed whenever the Rollout gets somewhere, so that it shows where it stands, and
what happened is told in a reply (`deliveryPolicy: PostAndUpdate`); what merely happens meanwhile is a reply and no more
(`Post`). A reply that is critical or asks for a person is shown in the channel, too (`notifyBroadcast`). What replaces
a revision that is not complete closes that revision's thread.

**Data is text, never markup.** Whatever names, images, metrics and error messages hold, it calls nobody in Slack and is
no tag in a mail. A mention is yours to write into a template: `text: "<!here> {{{{ headline() }}}}"`.

**Length.** A headline is 110 characters at most, for a lock screen; what does not fit ends in `…`. Details are cut
before the commands are. Cluster, environment and links come from `context` in the ConfigMap; `{{namespace}}` and
`{{name}}` in a link are filled in.

"""
TOLD_BEST_BY = ("s002-2-2-8", "s002-2-2-4", "s001", "x-")
"""Recordings in which much happens, first choice first."""
WIDE = 118
"""Columns that JSON takes before it is broken into lines."""
SHOWN_AS_HTML = "RolloutAborted"


def document() -> str:
    """The whole file."""
    rows = "".join(_row(reason) for reason in STATE_REASONS)
    table = f"| reason | severity | changes the first message | in the channel, too |\n|---|---|---|---|\n{rows}"
    return HEAD + table + "".join(part for reason in STATE_REASONS for part in _section(reason))


def _row(reason: str) -> str:
    event, _ = _example(reason)
    section = Section.model_validate(_message(reason, recorded.SLACK).body)
    changes = "yes" if section.policy().value.endswith("update") else ""
    return (
        f"| [{reason}](#{reason.lower()}) | {event.severity} | {changes} | {'yes' if section.broadcast() else ''} |\n"
    )


def _section(reason: str) -> Iterator[str]:
    trigger = shipped().triggers[trigger_name(reason)]
    webhook, slack, mail = (_message(reason, s) for s in (recorded.WEBHOOK, recorded.SLACK, recorded.EMAIL))
    said = Section.model_validate(slack.body).content(slack.message, "")
    yield f"\n## {reason}\n\n`{trigger.name}`: {trigger.description}\n{_example(reason)[1]}\n"
    yield f"\n```text\n{webhook.message}\n```\n"
    yield _folded("Slack", f"Fallback, as on a lock screen: `{said['text']}`\n\n{_json(said['blocks'])}")
    yield _folded("email", f"Subject: `{mail.body['subject']}`\n\n{_html(reason, mail.body['html'])}")
    yield _folded("webhook", _json(webhook.body["body"]))


def _folded(title: str, text: str) -> str:
    return f"\n<details><summary>{title}</summary>\n\n{text}\n\n</details>\n"


def _html(reason: str, html: str) -> str:
    if reason != SHOWN_AS_HTML:
        return f"The text is the plain one; the HTML says the same, laid out as [here](#{SHOWN_AS_HTML.lower()})."
    return f"The text is the plain one; the HTML says the same:\n\n```html\n{html.strip()}\n```"


def _json(value: Any) -> str:
    return f"```json\n{_broken(value)}\n```"


def _broken(value: Any, indent: str = "") -> str:
    """JSON in lines that are not wide, where it can be broken."""
    whole = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(whole) <= WIDE or not isinstance(value, list | dict):
        return whole
    deeper = indent + " "
    inner = (
        [f"{json.dumps(key)}: {_broken(item, deeper)}" for key, item in value.items()]
        if isinstance(value, dict)
        else [_broken(item, deeper) for item in value]
    )
    left, right = "{}" if isinstance(value, dict) else "[]"
    return f"{left}\n{deeper}" + f",\n{deeper}".join(inner) + f"\n{indent}{right}"


def _message(reason: str, service: str) -> Message:
    """What a service is told in the example of a reason."""
    event, _ = _example(reason)
    if reason in made.unrecorded():
        kind = {recorded.SLACK: "slack", recorded.EMAIL: "email"}.get(service, "webhook")
        return made.say(event, service=kind, context=recorded.CONTEXT).message
    notes = (one.note for one in recorded.of(reason, service=service))
    return next(note.message for note in notes if note.event.id == event.id)


@functools.cache
def _example(reason: str) -> tuple[Event, str]:
    """An event and where it is from: of an update rather than of a first deploy."""
    if reason in (unrecorded := made.unrecorded()):
        return unrecorded[reason], "No recording has it: made by hand."
    found = recorded.of(reason)
    order = [one for story in TOLD_BEST_BY for one in found if one.story.startswith(story)] + found
    one = next((one for one in order if _is_telling(one.note.event)), order[0])
    return one.note.event, f"From `{one.story}`:"


def _is_telling(event: Event) -> bool:
    passes = event.reason == "RolloutPaused" and event.pause is not None and event.pause.until is not None
    return event.previous_revision is not None and event.kind == "Rollout" and not passes


def test_the_document_shows_what_is_really_said() -> None:
    if os.environ.get("REGENERATE"):
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(document(), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run REGENERATE=1 pytest tests/catalogue -k document"


def test_the_document_s_json_is_what_it_was_before_it_was_broken_into_lines() -> None:
    shown = re.findall(r"```json\n(.*?)\n```", document(), re.DOTALL)
    assert len(shown) == 2 * len(STATE_REASONS)
    assert json.loads(shown[1]) == _message(STATE_REASONS[0], recorded.WEBHOOK).body["body"]


def test_the_template_in_the_document_works() -> None:
    ((key, text),) = yaml.safe_load(EXAMPLE).items()
    template = read_template(key, text, shipped().language, lambda *_: None)
    event = recorded.of("RolloutCompleted", "s002-2-2-8")[1].note.event
    message = made.filled([template], event, "slack").message
    assert message.message.startswith(
        "rec-s002-2-2-8-istio-dr-analysis/mock-server: revision 2 is out in 4m 7s\nImage "
    )
    assert message.body["text"].startswith("✅ rec-s002")
    assert message.thread == f"{event.uid}/2"
