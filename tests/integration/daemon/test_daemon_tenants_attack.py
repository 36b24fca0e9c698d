"""What somebody may try who can write ConfigMaps, Secrets, Rollouts and what belongs to them in one namespace."""

from __future__ import annotations

import base64
import socket
import time
from typing import Any

import pytest

from notifier.model import Object
from notifier.outbox.protocol import State
from notifier.sandbox.kinds import ARGO
from notifier.sandbox.slack import SlackWorkspace
from tests.integration.daemon.stage import Running, Stage, rollout, subscribed, until
from tests.integration.daemon.test_daemon_self_service import LOCAL, OWN, configure

SUBSCRIPTIONS = "notifications.argoproj.io/subscriptions"
TO_DEPLOYS = {"notifications.argoproj.io/subscribe.on-mark.slack": "deploys"}


def own_hook(stage: Stage) -> dict[str, str]:
    """A namespace's ConfigMap with a service of its own."""
    return OWN | {"service.webhook.own": f"url: {stage.sink.url}/own\n"}


async def in_force(running: Running, trigger: str) -> None:
    """Wait until a trigger of shop's is in force."""
    await until(lambda: f"shop/{trigger}" in running.daemon.directory.of("shop").triggers)


def analysis_run(owner: str) -> Object:
    """A failed AnalysisRun in `shop` that says that it belongs to whatever has the uid `owner`."""
    reference = {"apiVersion": ARGO, "kind": "Rollout", "name": "vault", "uid": owner, "controller": True}
    metadata = {"name": "run", "namespace": "shop", "uid": "uid-of-run", "ownerReferences": [reference]}
    status = {"phase": "Failed", "message": "not so"}
    return {"apiVersion": ARGO, "kind": "AnalysisRun", "metadata": metadata, "spec": {"metrics": []}, "status": status}


async def test_a_trigger_s_scoped_name_opens_no_service_that_was_not_offered(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "shop", OWN)
    asks = "- trigger: [shop/on-mark]\n  destinations: [{service: hook, recipients: ['']}]\n"
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout(mark="1", annotations={SUBSCRIPTIONS: asks}))
        await running.settled()
        assert stage.told("hook") == []


async def test_a_service_s_scoped_name_opens_no_service_of_another_namespace(stage: Stage) -> None:
    configure(stage, "bank", OWN | {"service.webhook.hook": f"url: {stage.sink.url}/bank\n"})
    asks = "- trigger: [on-rollout-created]\n  destinations: [{service: bank/hook, recipients: ['']}]\n"
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout(mark="1", annotations={SUBSCRIPTIONS: asks}))
        await running.settled()
        assert stage.told("bank") == []


async def test_what_go_templates_show_of_a_placeholder_lets_no_data_become_one(stage: Stage) -> None:
    stage.secret(token="central-token")
    says = "engine: go\nmessage: 'note {{ .rollout.metadata.annotations.note }}'\n"
    stage.configure(stage.services("hook"), {"template.mark": says})
    leak = {"template.mine": "engine: go\nmessage: '{{ .secrets.mine | b64enc }}'\n"}
    configure(stage, "shop", own_hook(stage) | leak, mine="mine")
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout("spy", mark="1", annotations=subscribed("own")))
        await running.settled()
        sealed = base64.b64decode(stage.told("own")[0]).decode()
        note = sealed.replace("shop/mine", "token")
        stage.put(rollout("thief", mark="1", annotations={**subscribed("hook"), "note": note}))
        await running.settled()
        assert "central-token" not in stage.told("hook")[0]


async def test_what_says_it_belongs_to_another_namespace_s_rollout_neither_speaks_for_it_nor_reads_it(
    stage: Stage,
) -> None:
    stage.configure(stage.services("hook"))
    spy = {
        "trigger.on-analysis-run-failed": "- send: [mine]\n",
        "template.mine": "message: '{{ rollout | tojson }}'\n",
        "subscriptions": "- recipients: [own]\n  triggers: [on-analysis-run-failed]\n",
    }
    configure(stage, "shop", own_hook(stage) | spy)
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout("vault", namespace="bank", annotations=subscribed("hook", trigger="on-analysis-run-failed")))
        await running.settled()
        stage.put(analysis_run("uid-of-vault"))
        await running.settled()
        assert stage.told("hook") == []
        assert stage.told("own") == []


async def test_an_event_in_one_namespace_is_about_no_rollout_of_another(stage: Stage) -> None:
    stage.configure(stage.services("hook"), {"trigger.on-odd": "- send: [mark]\n"})
    about = {"apiVersion": ARGO, "kind": "Rollout", "namespace": "shop", "name": "vault", "uid": "uid-of-vault"}
    event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "odd", "namespace": "shop", "uid": "uid-of-odd"}}
    async with stage.ready() as running:
        stage.put(rollout("vault", namespace="bank", annotations=subscribed("hook", trigger="on-odd")))
        await running.settled()
        stage.put({**event, "involvedObject": about, "reason": "Odd", "source": {"component": "nobody"}, "count": 1})
        await running.settled()
        assert stage.told("hook") == []


@pytest.mark.parametrize("value", ["fromPairs([[nil, 1]])", 'fromJSON("\\"\\\\ud83d\\"")'])
async def test_a_value_of_once_per_that_is_no_json_ends_nothing(stage: Stage, value: str) -> None:
    stage.configure(stage.services("hook"))
    bad = {"trigger.on-bad": f"- when: rollout.metadata.labels.mark != ''\n  oncePer: '{value}'\n  send: [mine]\n"}
    configure(stage, "shop", own_hook(stage))
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout(mark="1", annotations=subscribed("own", trigger="on-bad")))
        await running.settled()
        configure(stage, "shop", own_hook(stage) | bad)
        await in_force(running, "on-bad")
        stage.put(rollout("another", namespace="bank", mark="1", annotations=subscribed("hook")))
        await until(lambda: stage.told("hook") == ["another 1"])


@pytest.mark.parametrize("message", ["'{{ \"\\ud83d\" }}'", "'{{ printf `%c` 55357 }}'\nengine: go"])
async def test_half_of_a_character_in_a_namespace_s_message_costs_nobody_else_s(stage: Stage, message: str) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "shop", own_hook(stage) | {"template.mine": f"message: {message}\n"})
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout(mark="1", annotations=subscribed("own", "hook")))
        await running.settled()
        assert stage.told("hook") == ["web 1"]


async def test_a_namespace_s_message_that_is_nested_too_deeply_costs_nobody_else_s(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    deep = {"template.mine": f"message: hi\nslack:\n  attachments: '{'[' * 600}{']' * 600}'\n"}
    slack = {"service.slack": f"token: xoxb-1\napiURL: {stage.sink.url}/own\n"}
    configure(stage, "shop", OWN | deep | slack)
    async with stage.ready(**LOCAL):
        stage.put(rollout(mark="1", annotations=TO_DEPLOYS | subscribed("hook")))
        await until(lambda: stage.told("hook") == ["web 1"])


async def test_a_context_of_a_namespace_changes_nothing_that_is_central(stage: Stage) -> None:
    audited = "- when: context.audited == 'yes'\n  send: [mark]\n"
    stage.configure(stage.services("hook"), {"context": "audited: 'yes'\n", "trigger.on-mark": audited})
    configure(stage, "shop", {"context": "audited: 'no'\n"})
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout(mark="1", annotations=subscribed("hook")))
        await running.settled()
        assert stage.told("hook") == ["web 1"]


async def test_what_a_namespace_says_over_an_offered_service_is_in_no_thread_of_anybody_else_s(stage: Stage) -> None:
    async with SlackWorkspace("deploys") as workspace:
        slack = {"service.slack": f"token: {workspace.token}\napiURL: {workspace.api_url}\n"}
        failed = "message: failed\nslack: {groupingKey: '{{ rollout.metadata.name }}'}\n"
        stage.configure(slack, {"template.mark": failed})
        well = "message: all is well\nslack: {groupingKey: vault, deliveryPolicy: Update}\n"
        configure(stage, "shop", OWN | {"template.mine": well})
        async with stage.ready(**LOCAL, self_service_offers=("slack",)) as running:
            stage.put(rollout("vault", namespace="bank", mark="1", annotations=TO_DEPLOYS))
            await running.settled()
            stage.put(rollout(mark="1", annotations=TO_DEPLOYS))
            await running.settled()
        assert [call.method for call in workspace.calls] == ["chat.postMessage"] * 2


async def test_what_is_over_the_quota_is_neither_filled_in_nor_stored_in_full(stage: Stage) -> None:
    stage.configure()
    large = {"template.mine": "engine: go\nmessage: '{{ repeat 100000 \"x\" }}'\n"}
    configure(stage, "shop", own_hook(stage) | large)
    asks = {"notifications.argoproj.io/subscribe.on-mark.own": ";".join(map(str, range(50)))}
    async with stage.ready(**LOCAL, self_service_messages=2) as running:
        stage.put(rollout(mark="1", annotations=asks))
        await running.settled()
        suppressed = [row for row in await running.rows() if row.state == State.SUPPRESSED]
        assert len(suppressed) == 48
        assert max(len(row.message) for row in suppressed) < 1000


async def test_names_of_a_namespace_that_nobody_resolves_hold_up_nobody_else_s(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def slow(host: str, *more: Any, **named: Any) -> Any:
        if str(host).endswith("slow.example"):
            time.sleep(2)
            raise socket.gaierror
        return resolve("127.0.0.1" if host == "central.example" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    port = stage.sink.url.rpartition(":")[2]
    stage.configure({"service.webhook.hook": f"url: http://central.example:{port}/hook\n"})
    names = [f"own{number}" for number in range(20)]
    configure(stage, "shop", OWN | {f"service.webhook.{n}": f"url: http://{n}.slow.example/\n" for n in names})
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout(mark="1", annotations=subscribed(*names)))
        await until(lambda: running.metric("changes_total", kind="Rollout") >= 1)
        stage.put(rollout("another", namespace="bank", mark="1", annotations=subscribed("hook")))
        await until(lambda: stage.told("hook") == ["another 1"], within=3)
