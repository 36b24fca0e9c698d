"""docs/reference is what the code is. After a change: REGENERATE=1 python -m pytest tests/docs -k reference."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
import pytest
import yaml

from notifier.cli import main
from notifier.reasons import EVENT_REASONS, STATE_REASONS, trigger_name
from scripts import reference

PAGES = reference.pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_reference_page_is_what_the_code_says(path: Path) -> None:
    if os.environ.get("REGENERATE"):
        path.write_text(PAGES[path], encoding="utf-8")
    assert path.read_text(encoding="utf-8") == PAGES[path], "run REGENERATE=1 python -m pytest tests/docs -k reference"


def test_there_is_no_reference_page_that_nothing_makes() -> None:
    assert {*reference.FOLDER.glob("*.md")} == PAGES.keys()


def test_every_reason_has_its_meaning_and_there_is_no_other() -> None:
    meanings = yaml.safe_load((reference.FOLDER / "meanings.yaml").read_text(encoding="utf-8"))
    assert tuple(meanings) == STATE_REASONS
    assert all(meaning.keys() == {"when", "once"} for meaning in meanings.values())


def test_every_option_of_run_is_a_setting_that_is_explained() -> None:
    command = main.get_command(click.Context(main), "run")
    assert command is not None
    shown = [*re.findall(r"^\| `(--[\w-]+)` \|", _page("settings"), re.MULTILINE)]
    assert shown == [param.opts[0] for param in command.params]


def test_every_reason_is_shown_with_its_trigger_and_a_message_that_names_an_object() -> None:
    sections = re.split(r"^## ", _page("reasons"), flags=re.MULTILINE)[1:]
    by_title = {section.partition("\n")[0]: section for section in sections}
    assert tuple(by_title)[:-1] == STATE_REASONS
    for reason in STATE_REASONS:
        assert f"- trigger: `{trigger_name(reason)}`" in by_title[reason]
        assert re.search(r"```text\nprod-eu [\w-]+/[\w-]+: .+\n", by_title[reason])
    assert all(f"`{trigger_name(reason)}`" in by_title["Kubernetes Events"] for reason in EVENT_REASONS)


def test_every_metric_says_what_it_means() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| .* \| (.+\.|.+never did\.) \|$", _page("metrics"), re.MULTILINE)
    names = {name for name, *_ in rows}
    assert {"rollouts_notifier_dead_letters", "rollouts_notifier_attempts_total", "process_cpu_seconds_total"} <= names
    assert len(rows) == _page("metrics").count("\n| `")


def test_most_fields_of_an_event_have_an_example() -> None:
    rows = re.findall(r"^\| `event\.\S+` \| (?!.*see below).* \| (.*) \|$", _page("names"), re.MULTILINE)
    assert len(rows) > 50
    assert sum(bool(example) for example in rows) > 0.9 * len(rows)


def _page(name: str) -> str:
    return PAGES[reference.FOLDER / f"{name}.md"]
