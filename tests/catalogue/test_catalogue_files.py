"""The shipped files themselves: complete, matching, small."""

import re
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from notifier.config.load import shipped
from notifier.config.schema import ARGO_TYPES
from notifier.reasons import STATE_REASONS, trigger_name

ROOT = Path(__file__).parents[2]
TRIGGERS = sorted((ROOT / "triggers").iterdir())
TEMPLATES = sorted((ROOT / "templates").glob("[!_]*"))
ARGO_TEMPLATES = {
    *("rollout-aborted", "rollout-completed", "rollout-paused", "rollout-step-completed", "rollout-updated"),
    *("analysis-run-error", "analysis-run-failed", "analysis-run-running", "scaling-replicaset"),
}


def test_every_reason_that_state_tells_has_its_trigger_and_there_is_no_other() -> None:
    assert shipped().triggers.keys() == {trigger_name(reason) for reason in STATE_REASONS}


def test_the_templates_that_are_sent_are_those_that_are_there() -> None:
    sent = [name for trigger in shipped().triggers.values() for c in trigger.conditions for name in c.send]
    assert sorted(sent) == sorted(shipped().templates)


def test_argos_own_template_names_are_kept() -> None:
    assert shipped().templates.keys() >= ARGO_TEMPLATES


@pytest.mark.parametrize("path", TRIGGERS, ids=lambda path: path.stem)
def test_a_trigger_says_when_it_fires_in_one_sentence(path: Path) -> None:
    (condition,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert condition.keys() == {"send", "description"}
    assert condition["description"].endswith(".")
    assert "\n" not in condition["description"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_small_and_has_a_message_and_sections_of_services_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = yaml.safe_load(text)
    assert "message" in written
    assert written.keys() <= {"message", *ARGO_TYPES}
    assert len(text.splitlines()) <= 25


def test_no_block_is_pasted_into_several_templates() -> None:
    blocks = [_block(_own(a), _own(b)) for a in TEMPLATES for b in TEMPLATES if a < b]
    assert max(map(len, blocks)) <= 2


def _own(path: Path) -> list[str]:
    """The lines of a template but for those that only name a shared piece."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:-1]
    return [line.strip() for line in lines if not re.fullmatch(r"\s*{{ \w+\(.*\) }}", line)]


def _block(a: list[str], b: list[str]) -> list[str]:
    """The longest run of lines that both have."""
    starts = [zip(a[i:], b[j:], strict=False) for i in range(len(a)) for j in range(len(b))]
    return max(([x for x, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)] for pairs in starts), key=len)
