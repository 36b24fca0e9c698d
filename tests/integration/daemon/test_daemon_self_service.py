"""Namespaces with configurations of their own: both apply, each recipient hears once, and nobody reaches too far."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest

from notifier.model import Object
from notifier.outbox.protocol import State
from notifier.sandbox.kinds import CONFIG_MAPS
from tests.integration.daemon.stage import NAMESPACE, Running, Stage, rollout, subscribed, until

OWN = {
    "trigger.on-mark": "- when: rollout.metadata.labels.mark != ''\n"
    "  oncePer: rollout.metadata.labels.mark\n  send: [mine]\n",
    "template.mine": "message: 'shop says {{ rollout.metadata.name }} {{ rollout.metadata.labels.mark }}'\n",
}
LOCAL = {"self_service": True, "self_service_egress": ("127.0.0.0/8",)}


def configure(stage: Stage, namespace: str, data: Mapping[str, str], **secrets: str) -> None:
    """Write a namespace's own ConfigMap and Secret."""
    stage.put(_object("ConfigMap", "rollouts-notifier-config", namespace, data))
    coded = {name: base64.b64encode(value.encode()).decode() for name, value in secrets.items()}
    stage.put(_object("Secret", "rollouts-notifier-secret", namespace, coded))


def _object(kind: str, name: str, namespace: str, data: Mapping[str, str]) -> Object:
    metadata = {"name": name, "namespace": namespace, "uid": f"uid-of-{kind}-{namespace}"}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": dict(data)}


async def marked(stage: Stage, running: Running, mark: str, *services: str, namespace: str = "shop") -> None:
    """A Rollout of a namespace gets a mark, and everything that follows from it is done."""
    stage.put(rollout(f"in-{namespace}", namespace=namespace, mark=mark, annotations=subscribed(*services)))
    await running.settled()


async def test_a_namespace_s_own_service_template_and_trigger_are_used_there_and_nowhere_else(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "shop", OWN | {"service.webhook.hook": f"url: {stage.sink.url}/own\n"})
    async with stage.ready(**LOCAL) as running:
        await marked(stage, running, "1", "hook")
        await marked(stage, running, "1", "hook", namespace="bank")
        assert stage.told("own") == ["shop says in-shop 1"]
        assert stage.told("hook") == ["in-bank 1"]
        assert [(row.service, row.trigger) for row in await running.rows()] == [
            ("shop/hook", "shop/on-mark"),
            ("hook", "on-mark"),
        ]


async def test_without_the_setting_a_namespace_s_configuration_is_not_read(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "shop", OWN | {"service.webhook.hook": f"url: {stage.sink.url}/own\n"})
    async with stage.ready() as running:
        await marked(stage, running, "1", "hook")
        assert stage.told("hook") == ["in-shop 1"]


async def test_both_configurations_apply_and_each_recipient_hears_once(stage: Stage) -> None:
    everybody = {"subscriptions": "- recipients: [hook]\n  triggers: [on-mark]\n"}
    stage.configure(stage.services("hook", "central"), everybody)
    configure(stage, "shop", OWN | {"service.webhook.own": f"url: {stage.sink.url}/own\n"} | everybody)
    async with stage.ready(**LOCAL, self_service_offers=("hook",)) as running:
        await marked(stage, running, "1", "own", "hook", "central")
        assert stage.told("own") == ["shop says in-shop 1"]
        assert stage.told("hook") == ["in-shop 1"]
        assert stage.told("central") == ["in-shop 1"]


async def test_an_offered_central_service_carries_what_the_namespace_says(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "shop", OWN)
    async with stage.ready(**LOCAL, self_service_offers=("hook",)) as running:
        await marked(stage, running, "1", "hook")
        assert stage.told("hook") == ["shop says in-shop 1"]


async def test_a_trigger_of_the_namespace_s_own_for_a_service_it_was_not_offered_is_a_problem(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "shop", {"trigger.on-mine": OWN["trigger.on-mark"], "template.mine": OWN["template.mine"]})
    async with stage.ready(**LOCAL) as running:
        stage.put(rollout(mark="1", annotations=subscribed("hook", trigger="on-mine")))
        await running.settled()
        await stage.warned("on-mine", "'hook' is not offered")
        assert stage.told("hook") == []


async def test_secrets_are_the_namespace_s_own_whatever_its_templates_write(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    stage.secret(token="central-token", both="central-both")
    template = (
        'message: \'{{ secrets.both }} {{ secrets.token | default("none") }} \u27e6secret:token\u27e7'
        ' {{ "\\u27e6secret:token\\u27e7" }}\'\n'
    )
    configure(stage, "shop", {"template.mark": template, "trigger.on-mark": MARK}, both="shop-both")
    async with stage.ready(**LOCAL, self_service_offers=("hook",)) as running:
        await marked(stage, running, "1", "hook")
        (told,) = stage.told("hook")
        assert told.startswith("shop-both none ")
        assert "central" not in told
        assert "shop-both" not in (await running.rows())[0].message.decode()


MARK = OWN["trigger.on-mark"].replace("mine", "mark")


async def test_a_service_of_a_namespace_gets_its_options_from_the_namespace_s_secret(stage: Stage) -> None:
    stage.configure()
    stage.secret(path="central", token="central")
    own = f"url: {stage.sink.url}/$path\nheaders:\n  - {{name: X-Token, value: $token}}\n"
    configure(stage, "shop", OWN | {"service.webhook.own": own}, path="own")
    async with stage.ready(**LOCAL) as running:
        await marked(stage, running, "1", "own")
        (request,) = stage.requests("own")
        assert request.headers["X-Token"] == "$token"
        await stage.warned("service.webhook.own", "the Secret has no key 'token'")


async def test_receivers_in_the_cluster_are_out_of_reach_for_a_namespace_s_services(stage: Stage) -> None:
    stage.configure()
    configure(stage, "shop", OWN | {"service.webhook.own": f"url: {stage.sink.url}/own\n"})
    async with stage.ready(self_service=True) as running:
        await marked(stage, running, "1", "own")
        (row,) = await running.rows()
        assert row.state == State.DEAD
        assert "namespace configurations may not reach" in (row.why or "")
        assert stage.told("own") == []


async def test_a_type_of_service_that_namespaces_may_not_have_is_refused(stage: Stage) -> None:
    stage.configure(stage.services("own"))
    configure(stage, "shop", OWN | {"service.webhook.own": f"url: {stage.sink.url}/other\n"})
    async with stage.ready(**LOCAL, self_service_types=("slack",)) as running:
        warning = await stage.warned("service.webhook.own", "may not have services of type 'webhook'")
        assert warning["involvedObject"]["namespace"] == "shop"
        await marked(stage, running, "1", "own")
        assert stage.told("other") == []


async def test_more_messages_than_the_quota_are_suppressed_and_those_of_others_are_not(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "shop", OWN | {"service.webhook.own": f"url: {stage.sink.url}/own\n"})
    async with stage.ready(**LOCAL, self_service_messages=2) as running:
        for mark in "123":
            await marked(stage, running, mark, "own", "hook")
        rows = [(row.service, row.state) for row in await running.rows()]
        assert rows.count(("shop/own", State.DELIVERED)) == 2
        assert rows.count(("shop/own", State.SUPPRESSED)) == 1
        assert rows.count(("hook", State.DELIVERED)) == 3


async def test_what_a_namespace_configures_comes_into_force_and_goes_while_the_daemon_runs(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    async with stage.ready(**LOCAL, self_service_offers=("hook",)) as running:
        await marked(stage, running, "1", "hook")
        configure(stage, "shop", OWN)
        await until(lambda: running.daemon.directory.tenants)
        await marked(stage, running, "2", "hook")
        stage.api.store.delete(CONFIG_MAPS, "shop", "rollouts-notifier-config")
        await until(lambda: not running.daemon.directory.tenants)
        await marked(stage, running, "3", "hook")
        assert stage.told("hook") == ["in-shop 1", "shop says in-shop 2", "in-shop 3"]


async def test_a_bad_entry_of_a_namespace_disables_nothing_else(stage: Stage) -> None:
    stage.configure(stage.services("hook"))
    bad = {"template.bad": "message: '{{ nosuch }}'", "trigger.worse": "- when: ("}
    configure(stage, "shop", OWN | bad | {"service.webhook.own": f"url: {stage.sink.url}/own\n"})
    async with stage.ready(**LOCAL) as running:
        await stage.warned("ConfigMap shop/", "template.bad")
        await stage.warned("ConfigMap shop/", "trigger.worse")
        await marked(stage, running, "1", "own")
        assert stage.told("own") == ["shop says in-shop 1"]


@pytest.mark.parametrize("namespaces", [(), ("shop",)])
async def test_the_central_namespace_and_others_that_are_not_watched_have_no_say(
    stage: Stage, namespaces: tuple[str, ...]
) -> None:
    stage.configure(stage.services("hook"))
    configure(stage, "bank", OWN)
    async with stage.ready(**LOCAL, namespaces=namespaces) as running:
        tenants = running.daemon.directory.tenants
        assert set(tenants) == ({"bank"} if not namespaces else set())
        assert NAMESPACE not in tenants
