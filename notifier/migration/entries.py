"""The entries of Argo's ConfigMap as ours, and what is to be said of each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from notifier import subscriptions
from notifier.config import yamltext
from notifier.config.load import Source, load
from notifier.config.schema import Config
from notifier.directory import CHECKS
from notifier.errors import ConfigError
from notifier.migration import argos, occasions
from notifier.migration.occasions import Remark
from notifier.migration.report import Line, Verdict
from notifier.migration.rewriting import Rewritten, compiled, in_go, kept_in_go, rewritten
from notifier.migration.sameness import MADE_UP, Sample, Stage, difference
from notifier.validation.configuration import is_entry
from notifier.validation.documents import Manifest

_UNSUPPORTED = "are not supported yet"
_HARMLESS = re.compile(r"\b(ignored|is taken for)\b")
"""What problems say of what Argo passes over as well."""
_ITEM = re.compile(r"(\w+)\[(\d+)\]")


class Entries:
    """One run over the entries of a ConfigMap; `secrets` is what is taken to be in the Secret."""

    def __init__(
        self, config_map: Manifest, secrets: Mapping[str, str], samples: Sequence[Sample], *, use_shipped: bool
    ) -> None:
        self._object, self._secrets, self._use_shipped = str(config_map), secrets, use_shipped
        self._samples = [*MADE_UP, *samples]
        self._texts = {key: text.value for key, text in config_map.texts("data").items()}
        self._said: dict[str, list[Remark]] = {key: [] for key in self._texts}
        self._before = self._loaded(self._texts)

    def data(self) -> dict[str, str]:
        """The entries of our ConfigMap; what is to be said of each is noted."""
        found = {key: self._entry(key, text) for key, text in self._texts.items()}
        return {key: text for key, text in found.items() if text is not None}

    def report(self, data: Mapping[str, str]) -> Iterator[Line]:
        """What became of each entry, and what of the result will not work."""
        self._judge(self._loaded(data))
        for key, remarks in self._said.items():
            for verdict, message in dict.fromkeys(remarks) or [(Verdict.KEPT, "")]:
                yield Line(self._object, key, verdict, message)

    def _loaded(self, data: Mapping[str, str]) -> Config:
        return load(Source(self._object, data), self._secrets, CHECKS)

    def _note(self, key: str, verdict: Verdict, message: str) -> None:
        self._said.setdefault(key, []).append((verdict, message))

    def _judge(self, config: Config) -> None:
        """Note what cannot work once it is loaded; a service that is not built is not supported rather than broken."""
        faults = ((fault.key, fault.message) for fault in subscriptions.global_faults(config))
        for key, message in [*((p.key, p.message) for p in config.problems), *faults]:
            item = _ITEM.fullmatch(key)
            entry, place = (item[1], f"item {int(item[2]) + 1}: ") if item else (key, "")
            verdict = _verdict(message)
            more = ": messages for it are recorded, and not sent" if verdict is Verdict.UNSUPPORTED else ""
            self._note(entry, verdict, f"{place}{message}{more}")

    def _entry(self, key: str, text: str) -> str | None:
        """An entry as it shall be, None where it is left out."""
        if why := self._needless(key, text):
            self._note(key, Verdict.DROPPED, why)
            return None
        kind, _, name = key.partition(".")
        match kind:
            case "template":
                return self._template(key, name, text)
            case "trigger" if name in self._before.triggers:
                self._said[key] += occasions.remarks(self._before.triggers[name])
            case "context":
                self._note(key, Verdict.CHANGED, "Argo ignores it; here templates see it as `context`")
            case "subscriptions":
                self._said[key] += self._subscriptions()
        return text

    def _needless(self, key: str, text: str) -> str:
        """Why an entry can be left out, "" where it cannot."""
        if not is_entry(key):
            return "it said nothing: neither Argo nor this program reads it"
        if not key.startswith(("service.", "template.")) and _is_empty(text):
            return "it said nothing"
        of_state = "" in occasions.reasons(key.partition(".")[2], self._before)
        if self._use_shipped and ((argos.is_template(key, text) and not of_state) or argos.is_trigger(key, text)):
            return "Argo's own, unchanged: what is shipped takes its place"
        return ""

    def _template(self, key: str, name: str, text: str) -> str:
        if _is_empty(text):
            self._note(key, Verdict.CHANGED, "Argo sends an empty message, here it says what happened")
            return 'message: ""\n'
        try:
            found = self._checked(name, text, rewritten(name, text, occasions.step(name, self._before)))
        except ConfigError:
            return text
        if found.why:
            offered = argos.is_template(key, text) and not self._use_shipped
            ours = "; --use-shipped takes ours in its place" if offered else ""
            self._note(key, Verdict.KEPT, f"in Go syntax, because {found.why}{ours}")
        elif found.text != text:
            self._note(key, Verdict.REWRITTEN, "in Jinja2; renders the same")
        return found.text

    def _checked(self, name: str, text: str, found: Rewritten) -> Rewritten:
        """A rewritten template if it says what it said before, else as it was. Raises ConfigError."""
        if found.why or found.text == text:
            return found
        reasons = sorted(occasions.reasons(name, self._before) or {""})
        try:
            ours = compiled(name, found.text)
        except ConfigError as error:
            return kept_in_go(name, text, f"it would not compile: {error.message}")
        why = difference(in_go(name, text), ours, Stage(reasons, self._samples, self._secrets.keys()))
        return kept_in_go(name, text, why) if why else found

    def _subscriptions(self) -> Iterator[Remark]:
        """What is told to others than Argo tells it to, or to nobody."""
        for number, subscription in enumerate(self._before.subscriptions, 1):
            for service, recipient in subscription.destinations:
                if ":" in recipient:
                    cut = f"Argo cuts {recipient!r} to {recipient.partition(':')[0]!r}"
                    yield Verdict.CHANGED, f"item {number}: {cut}; here the whole recipient of {service} is told"
            if not subscription.triggers and not self._before.default_triggers:
                yield Verdict.BROKEN, f"item {number}: names no trigger, and there are no default triggers"


def _verdict(problem: str) -> Verdict:
    if _UNSUPPORTED in problem:
        return Verdict.UNSUPPORTED
    return Verdict.KEPT if _HARMLESS.search(problem) else Verdict.BROKEN


def _is_empty(text: str) -> bool:
    try:
        return yamltext.load(text).value in (None, [], {}, "")
    except ConfigError:
        return False
