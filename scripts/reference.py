"""Write docs/reference/*.md from the code, the catalogue and the messages of docs/messages.md."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
import re
import types
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import click
import msgspec
import yaml
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from notifier.config.load import shipped
from notifier.expr.builtins import BUILTINS
from notifier.expr.predicates import PREDICATES
from notifier.gotemplate import FUNCTIONS
from notifier.gotemplate.sprig import LEFT_OUT
from notifier.jinja import Language
from notifier.kube.reflector import WatchHealth
from notifier.metrics import Metrics
from notifier.model import Event
from notifier.outbox.protocol import Census, Delivery, State
from notifier.reasons import EVENT_REASONS, OURS, STATE_REASONS, trigger_name
from notifier.rollouts.tell import Teller, tell
from notifier.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
FOLDER = DOCS / "reference"
GENERATED = "This page is generated: `REGENERATE=1 python -m pytest tests/docs -k reference`."
LONGEST = 60
"""Characters of an example in a table."""

_PLAIN = {str: "text", int: "number", float: "number", bool: "true or false"}


def pages() -> dict[Path, str]:
    """Every reference page, by the file it belongs in."""
    made = {"settings": settings(), "reasons": reasons(), "metrics": metrics(), "names": names()}
    return {FOLDER / f"{name}.md": "".join(parts) for name, parts in made.items()}


def settings() -> Iterator[str]:
    """Every option of `run`."""
    yield f"# Every setting\n\n{GENERATED}\n\n"
    yield "Each setting of `rollouts-notifier run` is an option and a variable of the environment; the option wins. "
    yield "Durations are written as `45s`, `1h30m` or `30d`. What is in the ConfigMap is no setting: see "
    yield "[services](../services.md), [triggers](../triggers.md), [templates](../templates.md) and "
    yield "[subscriptions](../subscriptions.md).\n"
    for section in dataclasses.fields(Settings):
        yield f"\n## {section.metadata['title']}\n\n"
        yield from table(("option", "variable", "default", "meaning"), map(_setting, _of(section)))


def _of(section: dataclasses.Field[Any]) -> Iterable[Mapping[str, Any]]:
    hint: Any = section.type
    return (setting.metadata for setting in dataclasses.fields(hint))


def _setting(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    given = metadata["attributes"]
    variables = [given["envvar"]] if isinstance(given["envvar"], str) else given["envvar"]
    kind = given.get("type")
    choices = f" One of {_listed(map(str, kind.choices))}." if isinstance(kind, click.Choice) else ""
    return code(metadata["option"]), "<br>".join(map(code, variables)), _default(given), given["help"] + choices


def _default(given: Mapping[str, Any]) -> str:
    if given.get("is_flag"):
        return "off"
    return code(str(given["default"])) if given["default"] else "empty"


def reasons() -> Iterator[str]:
    """Every reason: when it is told, what tells repeats apart, and a message."""
    meanings: Mapping[str, Mapping[str, str]] = yaml.safe_load((FOLDER / "meanings.yaml").read_text(encoding="utf-8"))
    yield f"# Every reason\n\n{GENERATED}\n\n"
    yield "A reason is told once for each value of what stands behind *once for each*, whatever restarts, gaps in the "
    yield "watch or other replicas there are. An *attempt* is the time of the last abort within a revision: steps "
    yield "after a retry are told again. Reasons of one change are told in the order of this page. "
    yield "[Messages](../messages.md) shows each of them as Slack, mail and webhooks get it.\n\n"
    rows = (
        (f"[{name}](#{name.lower()})", code(trigger_name(name)), severity(name), "" if name in OURS else "yes")
        for name in STATE_REASONS
    )
    yield from table(("reason", "trigger", "severity", "an event in Argo"), rows)
    for reason in STATE_REASONS:
        yield from _reason(reason, meanings[reason])
    yield from _kubernetes_events()


def _reason(reason: str, meaning: Mapping[str, str]) -> Iterator[str]:
    name = trigger_name(reason)
    yield f"\n## {reason}\n\n{shipped().triggers[name].description}\n\n"
    yield f"- trigger: `{name}`\n- severity: {severity(reason)}\n"
    yield f"- when: {meaning['when']}\n- once for each: {meaning['once']}\n\n"
    yield f"```text\n{examples()[reason].text}\n```\n\n"
    yield f"[The same in Slack, mail and webhooks](../messages.md#{reason.lower()})\n"


def _kubernetes_events() -> Iterator[str]:
    yield "\n## Kubernetes Events\n\n"
    yield "What leaves no trace in any object is told by Argo's own Kubernetes Events. They fire the trigger of their "
    yield "name; there is no built-in trigger or template for them, so write both. Kubernetes drops Events under load, "
    yield "and so these messages may be lost. An Event that is none of these fires the trigger of its name as well.\n\n"
    yield from table(("reason", "trigger"), ((code(reason), code(trigger_name(reason))) for reason in EVENT_REASONS))


def severity(reason: str) -> str:
    """How much an event of a reason wants a person."""
    return str(tell(Teller("Rollout", "shop", "web", "u-1"), reason, (), 0.0, {}).severity)


def metrics() -> Iterator[str]:
    """Everything that /metrics has."""
    yield f"# Every metric\n\n{GENERATED}\n\n"
    yield "`/metrics` is on port 8080 (`--address`). What to look at, and when to be woken: "
    yield "[operations](../operations.md#what-to-watch). Labels are kinds, reasons, triggers and services, never "
    yield "Rollouts or recipients, so there are few series. Counters also have a series `…_created`: when they "
    yield "began.\n\n"
    yield from table(("metric", "type", "labels", "meaning"), map(_metric, _named()))


def _metric(family: Metric) -> tuple[str, ...]:
    labels = {name for sample in family.samples for name in sample.labels} - {"le"}
    name = f"{family.name}_total" if family.type == "counter" else family.name
    return code(name), family.type, _listed(sorted(labels)), family.documentation


def _named() -> list[Metric]:
    return sorted((one for one in families() if not one.name.endswith("_created")), key=lambda family: family.name)


def families() -> Iterable[Metric]:
    """What a daemon shows to which everything has happened once."""
    shown = Metrics("1", lambda: [Census("slack", state, 1, 0.0) for state in State])
    one = Delivery(
        key="", lane="", service="slack", recipient="", trigger="", event=None, reason=None, namespace="", name="",
        uid="", revision=None, message=b"", created=0.0, due=0.0,
    )  # fmt: skip
    shown.watch("Rollout", WatchHealth(last_seen=1.0, restarts=Counter(ended=1)))
    shown.change("Rollout")
    shown.event("RolloutAborted")
    shown.evaluation("on-slow", "true")
    shown.attempt(one, State.DELIVERED, 1.0)
    shown.settled(one, State.DELIVERED, 1.0)
    shown.configured(["slack"], 0)
    return text_string_to_metric_families(generate_latest(shown.registry).decode())


def names() -> Iterator[str]:
    """What conditions and templates may name."""
    yield f"# Every name\n\n{GENERATED}\n\n"
    yield "What [conditions](../triggers.md) and [templates](../templates.md) may name.\n"
    yield "\n## The event\n\n`event`, as templates, conditions and webhooks see it. "
    yield "A field that is empty is left out.\n\n"
    yield from _fields(Event, "event")
    yield from _functions()
    known = Language().text.known
    yield "\n## Filters of templates\n\n" + _listed(sorted(known["filter"])) + "\n"
    yield "\n## Tests of templates\n\n" + _listed(sorted(known["test"])) + "\n"
    yield "\n## Macros of templates\n\nThe pieces of the built-in templates. Yours may call them, too.\n\n"
    yield from table(("file", "macros"), map(_macros, sorted((ROOT / "templates" / "_macros").iterdir())))


def _functions() -> Iterator[str]:
    yield "\n## Functions of conditions\n\n" + _listed(sorted(BUILTINS)) + "\n"
    yield "\nOf every element of a list, `any(list, {.type == 'Available'})`: " + _listed(sorted(PREDICATES)) + "\n"
    yield "\n## Functions of templates in Go syntax\n\n" + _listed(sorted(FUNCTIONS)) + "\n"
    yield "\nNot supported, and refused when the template is loaded: " + _listed(sorted(LEFT_OUT)) + "\n"


def _macros(file: Path) -> tuple[str, ...]:
    found = re.findall(r"{% macro (.*?) %}", file.read_text(encoding="utf-8"))
    return code(f"templates/_macros/{file.name}"), _listed(found)


def _fields(shape: type[msgspec.Struct], path: str) -> Iterator[str]:
    """A table of a value's fields, and those of the values in it."""
    hints = get_type_hints(shape)
    rows = ((code(f"{path}.{name}"), _type(hint), _example(f"{path}.{name}")) for name, hint in hints.items())
    yield from table(("name", "what it is", "for example"), rows)
    for name, hint in hints.items():
        if inner := _shape(hint):
            each = "[]" if _is_list(hint) else ""
            yield f"\n### {path}.{name}\n\n{' '.join(str(inspect.getdoc(inner)).split())}\n\n"
            yield from _fields(inner, f"{path}.{name}{each}")


def _type(hint: Any) -> str:
    """A type as people say it."""
    chosen = _without_none(hint)
    if get_origin(chosen) is Literal:
        return _listed(get_args(chosen))
    if inner := _shape(chosen):
        return f"a list, see below ({inner.__name__})" if _is_list(chosen) else f"see below ({inner.__name__})"
    if isinstance(chosen, enum.EnumMeta):
        return _listed(str(member.value) for member in list[enum.Enum](chosen))
    return _PLAIN[chosen]


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    return hint


def _is_list(hint: Any) -> bool:
    return get_origin(_without_none(hint)) is tuple


def _shape(hint: Any) -> type[msgspec.Struct] | None:
    hint = _without_none(hint)
    hint = get_args(hint)[0] if get_origin(hint) is tuple else hint
    return hint if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else None


def _example(path: str) -> str:
    """The first value that a message of docs/messages.md has at a path."""
    keys = path.removeprefix("event.").replace("[]", ".0").split(".")
    found = (_at(example.event, keys) for example in examples().values())
    value = next((one for one in found if one not in (None, {}, [])), None)
    if value is None or isinstance(value, dict | list):
        return ""
    text = json.dumps(value, ensure_ascii=False)
    return code(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _at(value: Any, keys: Iterable[str]) -> Any:
    for key in keys:
        try:
            value = value[int(key) if isinstance(value, list) else key]
        except (KeyError, IndexError):
            return None
    return value


class Example(NamedTuple):
    """A message about a reason, and the event it tells of."""

    text: str
    event: Mapping[str, Any]


def examples() -> dict[str, Example]:
    """An example of each reason, from docs/messages.md, which a test keeps true."""
    sections = re.split(r"^## ", (DOCS / "messages.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {section.partition("\n")[0]: _read(section) for section in sections}


def _read(section: str) -> Example:
    (text,) = re.findall(r"^```text\n(.*?)\n```$", section, re.DOTALL | re.MULTILINE)
    *_, body = re.findall(r"^```json\n(.*?)\n```$", section, re.DOTALL | re.MULTILINE)
    return Example(text, json.loads(body)["event"])


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table in Markdown."""
    for row in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |\n"


def code(text: str) -> str:
    """A text as code."""
    return f"`{text}`"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(map(code, words))


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
