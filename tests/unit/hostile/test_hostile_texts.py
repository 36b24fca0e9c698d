"""Hostile YAML, files and recipients take neither time nor memory, and end nothing."""

import pytest

from notifier.config import yamltext
from notifier.config.load import Source, load
from notifier.directory import CHECKS, Directory, Given
from notifier.errors import ConfigError
from notifier.model import ANNOTATION_PREFIX, Destination
from notifier.services import http
from notifier.services.mime import mailboxes
from notifier.subscriptions import parse, wanted
from notifier.validation.check import validate
from notifier.validation.documents import File


def bomb(levels: int) -> str:
    lines = ["- &a0 {trigger: v}", *(f"- &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}" for i in range(1, levels))]
    return "\n".join(lines)


@pytest.mark.timeout(15)
def test_merged_aliases_are_counted_before_they_are_copied() -> None:
    assert parse({f"{ANNOTATION_PREFIX}subscriptions": bomb(8)}).faults
    with pytest.raises(ConfigError, match="aliases"):
        yamltext.documents(bomb(8))


@pytest.mark.parametrize("text", ["- &a [*a]", "kind: List\nitems: &a\n- {kind: List, items: *a}"])
def test_what_stands_within_itself_is_no_yaml(text: str) -> None:
    with pytest.raises(ConfigError, match="within itself"):
        yamltext.documents(text)


async def test_files_that_are_odd_are_findings() -> None:
    async with http.connect({}) as client:
        twice = "kind: List\nitems: [{kind: A}]\nitems: [{kind: B}, {kind: C}]\n"
        itself = "kind: List\nitems: &a\n- {kind: List, items: *a}\n"
        for text in (twice, itself, bomb(8)):
            assert validate([File("f", text)], client).findings


@pytest.mark.timeout(15)
def test_quotes_that_are_never_closed_take_no_time() -> None:
    for tail in ("", "\\"):
        with pytest.raises(ValueError, match="no mail address"):
            mailboxes('"' + '\\"' * 50_000 + tail)


async def test_a_problem_of_a_service_shows_no_secret() -> None:
    async with http.connect({}) as client:
        directory = Directory(client)
        entry = {"service.webhook.w": "url: http://x.example\ncaFile: $token\n"}
        directory.replace(Given(Source("ConfigMap a/b", entry), {"token": "xoxb-very-secret"}))
        assert directory.problems
        assert "xoxb-very-secret" not in str(directory.problems)
        await directory.close()


def test_a_channel_is_one_recipient_whichever_trigger_spells_it() -> None:
    config = load(Source("ConfigMap a/b", {"service.slack": "token: xoxb-1"}), {}, CHECKS)
    asked = {"subscribe.on-rollout-updated.slack": "deploys", "subscribe.on-rollout-completed.slack": "#deploys"}
    found = wanted([asked], {}, config)
    assert {to for told in found.values() for to in told} == {Destination("slack", "deploys")}
