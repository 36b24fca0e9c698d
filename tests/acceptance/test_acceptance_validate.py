"""A mistake in Argo's own configuration is found, alone or with all others; without one all is well."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.program import Finished, call

ARGO = Path(__file__).parents[1] / "recordings" / "argo"
CONFIG_MAP, SECRET = (ARGO / "configmap.yaml").read_text(), (ARGO / "secret.yaml").read_text()
WHERE = "ConfigMap argo-rollouts/argo-rollouts-notification-configmap"
ROLLOUT = """---
kind: Rollout
metadata:
  name: web
  namespace: shop
  annotations:
"""


class Mistake(NamedTuple):
    """What is written below `data`, or as an annotation; the line of it that is blamed, and what is said."""

    written: str
    blamed: str
    key: str
    said: str


ENTRIES = (
    Mistake(
        "trigger.on-one: |\n  - when: rollout.spec.paused\n    send: [rollout-abort]",
        "send: [rollout-abort]",
        "trigger.on-one",
        "there is no template 'rollout-abort'; did you mean 'rollout-aborted'?",
    ),
    Mistake(
        "trigger.on-two: |\n  - when: rollout.status.phase = 'Degraded'\n    send: [rollout-aborted]",
        "- when: rollout.status.phase = 'Degraded'",
        "trigger.on-two",
        "`rollout.status.phase = 'Degraded'`: unexpected '=' (column 22)",
    ),
    Mistake(
        "template.three: |\n  message: |\n    Rollout\n    {{ .rollout.metadata.name }",
        "{{ .rollout.metadata.name }",
        "template.three",
        "message: ",
    ),
    Mistake(
        "template.rollout-paused: |\n  slack:\n    attachments: |\n"
        '      [{"title": "{{ .rollout.metadata.name }}" "color": "red"}]',
        "attachments: |",
        "template.rollout-paused",
        "cannot be rendered for RolloutPaused of a made-up Rollout: slack.attachments: is not valid JSON once rendered",
    ),
    Mistake(
        "service.webhook.five: |\n  url: https://hook.example\n  headers: [{name: X-Token, value: $hook-token}]",
        "headers: [{name: X-Token, value: $hook-token}]",
        "service.webhook.five",
        "the Secret has no key 'hook-token'",
    ),
    Mistake(
        "service.webhook.six: |\n  url: https://hook.example\n  retryWaitMin: 5s",
        "retryWaitMin: 5s",
        "service.webhook.six",
        "`retryWaitMin`: Argo refuses the whole ConfigMap for a text here",
    ),
    Mistake(
        "trigger.on-seven: |\n  - send: [rollout-aborted]",
        "- send: [rollout-aborted]",
        "trigger.on-seven",
        "fires for nothing but a Kubernetes Event of its name",
    ),
    Mistake("engine: go", "engine: go", "engine", "unknown key is ignored"),
)
ANNOTATIONS = (
    Mistake("subscribe.on-rollout-aborted.slak: ops", "", "", "there is no service 'slak'; did you mean 'slack'?"),
    Mistake(
        "subscribe.on-rollout-abort.slack: ops",
        "",
        "",
        "there is no trigger 'on-rollout-abort'; did you mean 'on-rollout-aborted'?",
    ),
    Mistake("subscribe.slack: ops", "", "", "names no trigger, and there are no default triggers"),
    Mistake(
        "subscriptions: |\n"
        "  - trigger: [on-rollout-paused]\n    destinations: [{service: slack, recipients: [ops]}]\n"
        "  - triggers: [on-rollout-aborted]\n    destinations: [{service: slack, recipients: [ops]}]",
        "- triggers: [on-rollout-aborted]",
        "notifications.argoproj.io/subscriptions",
        "item 2: `triggers` is not known; did you mean 'trigger'?",
    ),
)
FOLLOWS = "notifications.argoproj.io/subscriptions: names no trigger, and there are no default triggers"
"""What else is true of an item with `triggers` in place of `trigger`."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("mistake", [*ENTRIES, *ANNOTATIONS], ids=lambda mistake: mistake.written.partition(":")[0])
async def test_a_mistake_is_found_alone_with_file_line_and_key(folder: Path, mistake: Mistake) -> None:
    finished = await validated(folder, [mistake])
    assert finished.code == 1
    (found,) = (line for line in finished.out.splitlines()[:-1] if not line.endswith(FOLLOWS))
    check(found, mistake)


async def test_all_mistakes_are_found_in_one_run(folder: Path) -> None:
    finished = await validated(folder, [*ENTRIES, *ANNOTATIONS])
    assert (finished.code, finished.err) == (1, "")
    found = {line.split(" ")[0]: line for line in reversed(finished.out.splitlines())}
    for mistake in (*ENTRIES, *ANNOTATIONS):
        check(found[f"argo.yaml:{line_of(folder, mistake)}:"], mistake)
    assert finished.out.splitlines()[-1] == f"{len(ENTRIES) + len(ANNOTATIONS) + 1} problems in 1 file"


async def test_argo_s_own_configuration_has_none(folder: Path) -> None:
    assert await validated(folder, []) == Finished(0, "1 file, no problems\n", "")


async def test_what_a_namespace_may_not_configure_is_found_with_self_service(folder: Path) -> None:
    theirs = (
        "kind: ConfigMap\nmetadata: {name: argo-rollouts-notification-configmap, namespace: shop}\ndata:\n"
        "  service.teams: ''\n  service.webhook.own: 'url: http://hooks.shop.svc'\n"
        "  subscriptions: '- {recipients: [sink], triggers: [on-rollout-aborted]}'\n"
    )
    (folder / "theirs.yaml").write_text(theirs)
    await validated(folder, [])
    offers = ("--self-service", "--self-service-offers", "sink")
    finished = await call("validate", "argo.yaml", "theirs.yaml", *offers)
    assert [line.partition(" ")[0] for line in finished.out.splitlines()] == ["theirs.yaml:4:", "theirs.yaml:5:", "2"]
    reaching = await call("validate", "argo.yaml", "theirs.yaml", *offers, "--self-service-egress", "*.shop.svc")
    assert [line.partition(" ")[0] for line in reaching.out.splitlines()] == ["theirs.yaml:4:", "1"]


async def validated(folder: Path, mistakes: Iterable[Mistake]) -> Finished:
    """What is said of Argo's own configuration with mistakes in it; an entry that it has is replaced."""
    written, annotated = CONFIG_MAP, ""
    for mistake in mistakes:
        if mistake in ANNOTATIONS:
            annotated += indented(f"notifications.argoproj.io/{mistake.written}", 4)
        else:
            key = mistake.written.partition(":")[0]
            written = written.replace(f"  {key}:", f"  {key}-unused:") + indented(mistake.written, 2)
    good = indented("notifications.argoproj.io/subscribe.on-rollout-aborted.slack: ops", 4)
    (folder / "argo.yaml").write_text(f"{written}---\n{SECRET}{ROLLOUT}{good}{annotated}")
    return await call("validate", "argo.yaml")


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def blamed(mistake: Mistake) -> str:
    return mistake.blamed or f"notifications.argoproj.io/{mistake.written}"


def line_of(folder: Path, mistake: Mistake) -> int:
    """The line of the file that is blamed for a mistake: the last one of its words."""
    lines = (folder / "argo.yaml").read_text().splitlines()
    return max(number for number, line in enumerate(lines, 1) if line.strip() == blamed(mistake))


def check(line: str, mistake: Mistake) -> None:
    where = "Rollout shop/web" if mistake in ANNOTATIONS else WHERE
    key = mistake.key or blamed(mistake).partition(":")[0]
    assert line.partition(" ")[2].startswith(f"{where}, {key}: {mistake.said}")
