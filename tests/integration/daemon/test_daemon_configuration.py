"""ConfigMap and Secret change while the daemon runs: what works holds from then on, what is broken stays as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notifier.config.schema import Config
from notifier.model import Object
from notifier.outbox.protocol import State
from notifier.sandbox.receivers import Reply
from tests.integration.daemon.stage import CONFIG_MAP, MARKS, Running, Stage, rollout, subscribed, until

pytestmark = pytest.mark.usefixtures("hurried")

SHOUT = {"template.mark": "message: '{{ rollout.metadata.labels.mark }}!'\n"}
BROKEN = {"template.mark": "# of the mark\nmessage: '{{ rollout.metadata.labels.mark'\n"}


def web(mark: object, *services: str, **annotations: str) -> Object:
    return rollout(mark=mark, annotations=subscribed(*(services or ("one",))) | annotations)


async def in_force(running: Running, holds: Callable[[Config], object]) -> None:
    await until(lambda: holds(running.daemon._pipeline.config))


async def test_a_new_url_and_a_new_template_hold_for_what_comes_next(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    async with stage.ready() as running:
        stage.put(web(1))
        await running.settled()
        moved = stage.services("two")["service.webhook.two"]
        stage.configure({"service.webhook.one": moved}, SHOUT)
        await in_force(running, lambda config: config.services["one"].options["url"].endswith("/two"))
        stage.put(web(2))
        await running.settled()
        assert (stage.told("one"), stage.told("two")) == (["web 1"], ["2!"])


async def test_a_new_trigger_and_a_new_global_subscription_learn_the_present_silently(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.put(web("low", "other"))
    async with stage.ready() as running:
        stage.configure(
            stage.services("one"),
            {
                "trigger.on-low": "- when: rollout.metadata.labels.mark == 'low'\n  send: [mark]\n",
                "subscriptions": "- recipients: [one]\n  triggers: [on-low]\n",
            },
        )
        await in_force(running, lambda config: config.subscriptions)
        await running.caught_up()
        assert stage.told("one") == []
        stage.put(web("high", "other"), web("low", "other"))
        await running.settled()
        assert stage.told("one") == ["web low"]


async def test_who_is_subscribed_to_all_is_no_newcomer_where_somebody_else_subscribes(stage: Stage) -> None:
    low = {"trigger.on-low": "- when: rollout.metadata.labels.mark == 'low'\n  send: [mark]\n"}
    everybody = {"subscriptions": "- recipients: [one]\n  triggers: [on-low]\n"}
    stage.configure(stage.services("one", "two"), low, everybody)
    stage.put(web("low", "other"))
    async with stage.ready() as running:
        stage.put(web("low", "other", **subscribed("two", trigger="on-low")))
        await running.settled()
        assert (stage.told("one"), stage.told("two")) == ([], ["web low"])


async def test_a_broken_template_is_reported_with_its_line_and_its_last_good_version_stays(stage: Stage) -> None:
    other = {"trigger.on-other": MARKS["trigger.on-mark"].replace("[mark]", "[other]")}
    annotations = subscribed("one") | subscribed("two", trigger="on-other")
    stage.configure(stage.services("one", "two"), other, {"template.other": "message: before\n"})
    async with stage.ready() as running:
        stage.configure(stage.services("one", "two"), other, BROKEN, {"template.other": "message: after\n"})
        event = await stage.warned(f"{CONFIG_MAP}, template.mark, line 2:")
        assert event["involvedObject"]["name"] == "rollouts-notifier-config"
        assert (event["type"], event["reason"]) == ("Warning", "NotificationMisconfigured")
        stage.put(rollout(mark=1, annotations=annotations))
        await running.settled()
        assert (stage.told("one"), stage.told("two")) == (["web 1"], ["after"])
        assert running.metric("config_problems") == 1


async def test_a_template_that_was_always_broken_disables_only_what_uses_it(stage: Stage) -> None:
    stage.configure(
        stage.services("one", "two"),
        {"template.odd": BROKEN["template.mark"], "trigger.on-odd": "- when: 'true'\n  send: [odd]\n"},
    )
    async with stage.ready() as running:
        await stage.warned("template.odd, line 2:")
        stage.put(rollout(mark=1, annotations=subscribed("one") | subscribed("two", trigger="on-odd")))
        await running.settled()
        assert stage.told("one") == ["web 1"]
        assert stage.told("two") == ["Rollout shop/web: the condition of on-odd holds"]


@pytest.mark.parametrize(
    ("key", "text", "line"),
    [
        ("trigger.on-mark", "- when: rollout.metadata.labels.mark ==\n  send: [mark]\n", 1),
        ("service.webhook.one", "url: ''\n", 0),
        ("subscriptions", "- recipients: [one]\n  selector: 'a in ('\n", 1),
        ("context", "- no\n- mapping\n", 0),
        ("context", "a: !!int many\n", 0),
        ("template.mark", "message: &a [*a]\n", 0),
    ],
)
async def test_each_broken_entry_is_named_and_nothing_else_stops(stage: Stage, key: str, text: str, line: int) -> None:
    stage.configure(stage.services("one"))
    async with stage.ready() as running:
        stage.configure(stage.services("one"), {key: text})
        event = await stage.warned(f"{CONFIG_MAP}, {key}" + (f", line {line}:" if line else ""))
        assert event["involvedObject"]["kind"] == "ConfigMap"
        stage.put(web(1))
        await running.settled()
        assert stage.told("one") == ["web 1"]


async def test_a_rotated_secret_holds_for_what_waits_already(stage: Stage) -> None:
    stage.secret(token="old-token")
    stage.configure(stage.services("one", more="headers: [{name: Authorization, value: Bearer $token}]"))
    stage.sink.reply(Reply(503), path="/one")
    async with stage.ready() as running:
        stage.put(web(1))
        await stage.sink.wait_for(1)
        stage.secret(token="new-token")
        await in_force(running, lambda config: config.secrets["token"] == "new-token")
        seen = len(stage.requests("one"))
        stage.sink.reply(Reply(200), path="/one")
        await running.drained()
    tokens = [request.headers["Authorization"] for request in stage.requests("one")]
    assert tokens[0] == "Bearer old-token"
    assert set(tokens[seen:]) == {"Bearer new-token"}
    assert len(set(stage.keys("one"))) == 1


async def test_a_key_that_the_secret_lacks_is_named_until_it_is_there(stage: Stage) -> None:
    stage.secret(token="t0ken", other="x")
    stage.configure(stage.services("one", more="headers: {Authorization: $tokn}"))
    async with stage.ready() as running:
        await stage.warned("service.webhook.one", "no key 'tokn'", "did you mean 'token'?")
        assert running.metric("config_problems") == 1
        stage.secret(tokn="t0ken")
        await until(lambda: running.metric("config_problems") == 0)
        stage.put(web(1))
        await running.settled()
        assert stage.requests("one")[0].headers["Authorization"] == "t0ken"


async def test_what_cannot_be_carried_is_kept_and_says_why(stage: Stage) -> None:
    stage.configure(stage.services("one"), {"service.pagerdutyv2": "serviceKeys: {}\n"})
    async with stage.ready() as running:
        stage.put(web(1, "pagerdutyv2", "nobody", "one"))
        await running.settled()
        rows = {row.service: (row.state, row.why) for row in await running.rows()}
        assert rows == {
            "pagerdutyv2": (State.SUPPRESSED, "unsupported service: pagerdutyv2"),
            "nobody": (State.SUPPRESSED, "unknown service: nobody"),
            "one": (State.DELIVERED, None),
        }
        await stage.warned("service.pagerdutyv2", "not supported yet")


async def test_what_waits_for_a_service_that_was_taken_away_is_sent_when_it_is_back(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(503), path="/one", times=1)
    async with stage.ready() as running:
        stage.put(web(1))
        await stage.sink.wait_for(1)
        stage.api.store.remove(stage.config_map())
        await in_force(running, lambda config: not config.services)
        stage.configure(stage.services("one"))
        await in_force(running, lambda config: config.services)
        await running.drained()
        assert [(row.state, row.attempts > 1) for row in await running.rows()] == [(State.DELIVERED, True)]
        assert stage.told("one") == ["web 1", "web 1"]
