"""A29 to A32: one command says why a message came or did not; another finds what is wrong before it is applied."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from notifier.config.load import shipped
from notifier.model import Object
from notifier.sandbox.receivers import Reply
from tests.acceptance.company import Company, company, hear
from tests.e2e.program import call
from tests.integration.daemon.stage import NAMESPACE, rollout, subscribed, until

RECORDING = Path(__file__).parents[1] / "recordings" / "s002-2-2-3-undo-abort.jsonl.gz"
NEVER = "rollout.status.canary.weights.canary.weight > 50"
TRIGGERS = {
    "trigger.on-half": f"- when: rollout.metadata.name == 'web' and {NEVER}\n  send: [mark]\n",
}


async def test_a29_one_command_answers_per_trigger_and_recipient(tmp_path: Path) -> None:
    async with company(tmp_path) as shop:
        shop.configure(shop.services("hook", "busy"), TRIGGERS, hear({"hook": ["on-half"]}))
        shop.sink.reply(Reply(503, {"Retry-After": "3600"}, b"overloaded"), path="/busy")
        shop.put(rollout(mark="here", annotations=subscribed("hook", "nowhere")))
        async with shop.ready() as running:
            shop.put(rollout(mark="there", annotations=subscribed("hook", "nowhere") | subscribed("busy")))
            await until(lambda: _was_tried(running))
            found = await explained(shop)
    answers = {(one["service"], one["trigger"]): one for one in found["answers"]}
    assert {place: one["verdict"] for place, one in answers.items()} == {
        ("busy", "on-mark"): "matches",
        ("hook", "on-half"): "fails",
        ("hook", "on-mark"): "matches",
        ("nowhere", "on-mark"): "impossible",
    }
    check_condition(answers["hook", "on-half"])
    tried = answers["busy", "on-mark"]
    assert tried["payload"]["message"] == "web there"
    assert (tried["sent"][0]["attempts"], tried["sent"][0]["status"]) == (1, "503")
    assert "overloaded" in tried["sent"][0]["why"]
    assert tried["sent"][0]["due"] > tried["sent"][0]["created"]


def check_condition(answer: dict[str, Any]) -> None:
    """The part that is nil is found, the part before it has its value."""
    whole = answer["conditions"][0]["when"]
    first, second = whole["parts"]
    assert (first["value"], first["parts"][0]["value"]) == ("true", '"web"')
    assert "cannot fetch" in second["error"]
    assert second["parts"][0]["parts"] == [{"text": "rollout.status.canary.weights", "value": "null"}]


async def _was_tried(running: Any) -> bool:
    return any(row.service == "busy" and row.attempts for row in await running.rows())


async def explained(shop: Company) -> Any:
    """What `explain` says of Rollout shop/web."""
    where = ("--server", shop.api.url, "--config-namespace", NAMESPACE, "--store", str(shop.store))
    return json.loads((await call("explain", "shop/web", *where, "-o", "json")).out)


WRONG = {
    "unknown template": ("trigger.on-x", "- when: 'true'\n  send: [rollout-abort]\n", "no template 'rollout-abort'"),
    "bad expression": ("trigger.on-x", "- when: rollout.status.phase in\n  send: []\n", "unexpected end"),
    "invalid JSON": (
        "template.rollout-aborted",
        'message: hi\nslack:\n  attachments: |\n    [{"text": "{{ event.cause.message }}"}]\n',
        "slack.attachments",
    ),
    "missing secret key": ("service.slack.two", "token: $slak-token\n", "the Secret has no key 'slak-token'"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a31_validate_finds_what_is_wrong_in_a_config_map_of_argos_kind(wrong: str) -> None:
    key, text, why = WRONG[wrong]
    found = await validated({key: text}, "on-rollout-aborted.slack")
    assert [problem["key"] for problem in found["problems"]] == [key]
    assert why in found["problems"][0]["message"]


async def test_a31_validate_finds_a_service_that_there_is_not() -> None:
    (problem,) = (await validated({}, "on-rollout-aborted.slak"))["problems"]
    assert problem["message"] == "there is no service 'slak'; did you mean 'slack'?"
    assert problem["line"]


async def validated(entries: dict[str, str], subscription: str) -> Any:
    """What `validate` says of a ConfigMap as Argo names it, its Secret and a Rollout; it exits with 1."""
    name = "argo-rollouts-notification"
    config_map = {"name": f"{name}-configmap", "namespace": "argo-rollouts"}
    secret = {"name": f"{name}-secret", "namespace": "argo-rollouts"}
    documents = [
        {"kind": "ConfigMap", "metadata": config_map, "data": {"service.slack": "token: $slack-token\n", **entries}},
        {"kind": "Secret", "metadata": secret, "stringData": {"slack-token": "xoxb-1"}},
        rollout(annotations={f"notifications.argoproj.io/subscribe.{subscription}": "deploys"}),
    ]
    finished = await call("validate", "-f", "-", "-o", "json", stdin=yaml.safe_dump_all(documents).encode())
    assert finished.code == 1
    return json.loads(finished.out)


async def test_a32_a_dry_run_of_the_stock_triggers_says_on_what_they_fire() -> None:
    asked = {f"notifications.argoproj.io/subscribe.{name}.slack": "deploys" for name in shipped().triggers}
    stdin = yaml.safe_dump(_recorded(asked)).encode()
    finished = await call("explain", "-f", "-", "-o", "json", stdin=stdin)
    answers = json.loads(finished.out)["answers"]
    assert {one["trigger"] for one in answers} == set(shipped().triggers)
    assert all(one["says"].startswith("fires ") for one in answers)
    assert all(one["payload"]["message"] for one in answers)


def _recorded(annotations: dict[str, str]) -> Object:
    """The Rollout of a recording as a controller left it, with annotations."""
    lines = map(json.loads, gzip.decompress(RECORDING.read_bytes()).splitlines())
    *_, last = (line["object"] for line in lines if line["object"]["kind"] == "Rollout" and line["type"] == "MODIFIED")
    found: Object = last
    found["metadata"]["annotations"] = {"rollout.argoproj.io/revision": "3", **annotations}
    return found
