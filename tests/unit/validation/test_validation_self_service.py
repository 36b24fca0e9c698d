"""With self-service a namespace's ConfigMap is its own: what it may not say is found, what it may say is not."""

from __future__ import annotations

import pytest

from notifier.config.tenancy import Terms
from notifier.services import http
from notifier.services.egress import Egress, parse
from notifier.validation.check import Report, validate
from notifier.validation.documents import File
from notifier.validation.tenants import SelfService
from tests.unit.validation.checked import SECRET, config_map, rollout

CENTRAL = config_map(
    "service.webhook.hub: 'url: https://hub.example'",
    "service.slack: 'token: xoxb-1'",
    "trigger.on-central: '- {when: \"true\", send: [rollout-aborted]}'",
)
OWN = "service.webhook.own: 'url: https://own.example'"
TRIGGER = "trigger.on-own: '- {when: \"true\", send: [rollout-aborted]}'"


def tenant(*entries: str) -> str:
    """The ConfigMap of the namespace that `rollout` is in."""
    return config_map(*entries).replace("argo-rollouts", "shop")


async def found(*texts: str, terms: Terms | None = None, reach: Egress | None = None) -> Report:
    rules = SelfService("argo-rollouts", terms or Terms(offered=frozenset({"hub"})), reach or Egress())
    async with http.connect({}) as client:
        return validate([File(f"{number}.yaml", text) for number, text in enumerate(texts)], client, rules)


async def said(*texts: str, terms: Terms | None = None, reach: Egress | None = None) -> list[tuple[str, str]]:
    """What is found, by key."""
    report = await found(*texts, terms=terms, reach=reach)
    return [(one.key.removeprefix("notifications.argoproj.io/"), one.message) for one in report.findings]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("service.teams.x: ''", "configurations of namespaces may not have services of type 'teams', but email, slack"),
        ("service.webhook.x: 'url: http://10.0.0.1/x'", "namespace configurations may not reach 10.0.0.1:80"),
        ("service.webhook.x: 'url: https://web.shop.svc'", "namespace configurations may not reach web.shop.svc:443"),
        ("service.email: '{host: mail, from: a@shop.test}'", "namespace configurations may not reach mail:587"),
        ("service.slack: '{token: x, apiURL: \"http://127.1\"}'", "namespace configurations may not reach 127.1:80"),
        ("service.webhook.x: '{url: \"https://x.example\", caFile: /etc/passwd}'", "caFile: namespace configurations"),
        (
            "subscriptions: '- {recipients: [slack:ops], triggers: [on-rollout-paused]}'",
            "there is no service of the namespace, nor one offered to it, called 'slack'",
        ),
        ("subscriptions: '- {recipients: [hub], triggers: [on-central]}'", "there is no trigger 'on-central'"),
    ],
)
async def test_what_a_namespace_may_not_say_is_found(entry: str, why: str) -> None:
    ((_, message),) = await said(CENTRAL, tenant(entry))
    assert message.startswith(why)


@pytest.mark.parametrize(
    "entry",
    [
        OWN,
        "subscriptions: '- {recipients: [hub], triggers: [on-rollout-paused]}'",
        "template.x: 'message: hi'",
        "service.slack: 'token: xoxb-2'",
    ],
)
async def test_what_a_namespace_may_say_is_not_found(entry: str) -> None:
    assert await said(CENTRAL, tenant(entry)) == []


async def test_the_operator_s_terms_are_those_that_count() -> None:
    entry = "service.webhook.own: 'url: http://hooks.shop.svc'"
    assert await said(CENTRAL, tenant(entry), reach=parse(allow=["hooks.shop.svc"])) == []
    types = Terms(types=frozenset({"slack"}))
    ((key, message),) = await said(CENTRAL, tenant(OWN), terms=types)
    assert (key, message.rpartition(", but ")[2]) == ("service.webhook.own", "slack")
    ((key, message),) = await said(CENTRAL, tenant(OWN, TRIGGER), terms=Terms(entries=1))
    assert (key, message.partition(":")[0]) == ("trigger.on-own", "quota")


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        ("subscribe.on-own.own", ""),
        ("subscribe.on-own.hub", ""),
        ("subscribe.on-central.hub", ""),
        ("subscribe.on-central.own", "there is no trigger 'on-central'"),
        ("subscribe.on-own.slack", "the trigger 'on-own' is the namespace's own, and the service 'slack' is not"),
        ("subscribe.on-rollout-paused.owm", "there is no service 'owm'; did you mean 'own'?"),
    ],
)
async def test_annotations_are_read_as_they_are_meant_in_their_namespace(annotation: str, why: str) -> None:
    messages = [message for _, message in await said(CENTRAL, tenant(OWN, TRIGGER), rollout(f'{annotation}: "ops"'))]
    assert [message[: len(why)] for message in messages] == ([why] if why else [])


async def test_in_other_namespaces_a_namespace_s_own_is_unknown() -> None:
    elsewhere = rollout('subscribe.on-own.hub: ""').replace("namespace: shop", "namespace: elsewhere")
    ((_, message),) = await said(CENTRAL, tenant(OWN, TRIGGER), elsewhere)
    assert message == "there is no trigger 'on-own'"


async def test_a_namespace_s_templates_are_tried_with_its_own_secrets() -> None:
    entries = ("template.x: 'message: \"{{ secrets.one }}\"'", TRIGGER.replace("rollout-aborted", "x"))
    theirs = SECRET.replace("argo-rollouts", "shop")
    assert await said(CENTRAL, tenant(OWN, *entries), f"{theirs}stringData: {{one: a}}") == []
    ((key, message),) = await said(CENTRAL, tenant(OWN, *entries), f"{theirs}stringData: {{two: a}}")
    assert (key, message.rpartition("message: ")[2]) == ("template.x", "secrets.one is not there (line 1)")


async def test_a_namespace_s_rollouts_are_what_its_templates_are_tried_on() -> None:
    entries = ("template.x: 'message: \"{{ rollout.metadata.labels.team }}\"'", TRIGGER.replace("rollout-aborted", "x"))
    asked = 'subscribe.on-own.own: ""'
    assert await said(CENTRAL, tenant(OWN, *entries), rollout(asked, labels="{team: a}")) == []
    ((_, message),) = await said(CENTRAL, tenant(OWN, *entries), rollout(asked))
    assert message.startswith("cannot be rendered for on-own of Rollout shop/web: ")


async def test_without_the_central_config_map_its_services_may_be_meant_and_it_is_said_so() -> None:
    report = await found(
        tenant(OWN, TRIGGER), rollout('subscribe.on-own.hub: ""', "subscribe.on-rollout-paused.any: x")
    )
    assert report.findings == ()
    assert "there is no central ConfigMap" in "".join(report.remarks)


async def test_a_service_where_namespaces_may_not_send_to_is_found_once_though_it_is_asked_for() -> None:
    inside = "service.webhook.own: 'url: http://hooks.shop.svc'"
    ((key, _),) = await said(CENTRAL, tenant(inside), rollout('subscribe.on-rollout-paused.own: ""'))
    assert key == "service.webhook.own"


async def test_a_namespace_s_templates_see_its_own_context_above_the_central_one() -> None:
    central = CENTRAL.replace("\ndata:", "\ndata:\n  context: '{team: all, floor: one}'", 1)
    entries = ("context: '{team: {name: us}}'", TRIGGER.replace("rollout-aborted", "x"))
    template = "template.x: 'message: \"{{ context.team.name }} {{ context.floor }}\"'"
    assert await said(central, tenant(OWN, *entries, template)) == []
