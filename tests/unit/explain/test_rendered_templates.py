"""One template for one Rollout: for every service, about what fits, as its receiver sees it."""

from __future__ import annotations

import pytest

from notifier import rendered
from notifier.config.load import load, shipped
from notifier.config.schema import Config
from notifier.directory import CHECKS
from notifier.errors import ConfigError
from notifier.explain import Subject
from notifier.rendered import Rendition, Wanted
from tests.unit.explain.explained import NOW, configured, rollout
from tests.unit.explain.test_explain_events import ABORTED, HEALTHY

NOTHING = load(None, {}, CHECKS)
WEB = Subject(rollout(status=ABORTED, strategy={"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}}))


def renditions(name: str, wanted: Wanted = Wanted(), config: Config = NOTHING) -> list[Rendition]:  # noqa: B008  # a value
    return rendered.renditions(config.templates[name], WEB, wanted, config, NOW)


@pytest.mark.parametrize("name", sorted(shipped().templates))
def test_every_shipped_template_is_rendered_and_drawn_for_every_type(name: str) -> None:
    found = renditions(name)
    assert [one.type for one in found] == ["slack", "email", "webhook"]
    assert [one.recipient for one in found] == ["deploys", "somebody@example.com", ""]
    assert not any(one.payload.faults for one in found)
    html = rendered.document(name, found)
    assert html.lower().startswith("<!doctype html>")
    assert "shop/web" in html


def test_what_is_so_now_is_told_before_what_is_made_up() -> None:
    (aborted,), (paused,) = (renditions(f"rollout-{name}", Wanted("slack")) for name in ("aborted", "paused"))
    assert (aborted.payload.occasion, aborted.payload.reason) == ("present", "RolloutAborted")
    assert (paused.payload.occasion, paused.payload.reason) == ("made-up", "RolloutPaused")


@pytest.mark.parametrize("event", ["RolloutHealthy", "on-rollout-healthy"])
def test_an_event_is_named_by_its_reason_or_its_trigger(event: str) -> None:
    (found,) = renditions("rollout-aborted", Wanted("slack", "#ops", event))
    assert (found.payload.reason, found.recipient) == ("RolloutHealthy", "#ops")


def test_configured_services_take_the_place_of_made_up_ones() -> None:
    more = {
        "service.webhook.other": "url: http://other.test",
        "template.mine": "message: mine\nwebhook:\n  hook: {body: b}",
    }
    found = renditions("mine", config=configured(more))
    assert [(one.service, one.payload.body) for one in found if one.type == "webhook"] == [
        ("hook", {"body": "b"}),
        ("other", {}),
    ]
    assert [one.service for one in renditions("mine", Wanted("hook"), configured(more))] == ["hook"]


def test_without_configuration_there_is_a_webhook_for_each_section() -> None:
    template = configured({"template.mine": "webhook:\n  a: {body: 1}\n  b: {body: 2}"}).templates["mine"]
    found = rendered.renditions(template, WEB, Wanted("webhook"), NOTHING, NOW)
    assert [(one.service, one.payload.body) for one in found] == [("a", {"body": 1}), ("b", {"body": 2})]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted("slak"), "there is no service 'slak'; did you mean 'slack'?"),
        (Wanted(reason="RolloutAbortd"), "there is no reason 'RolloutAbortd'; did you mean 'RolloutAborted'?"),
    ],
)
def test_what_there_is_not_is_refused_with_the_nearest_right_name(wanted: Wanted, why: str) -> None:
    with pytest.raises(ConfigError) as refused:
        renditions("rollout-aborted", wanted)
    assert refused.value.message == why


def test_a_step_of_a_rollout_without_steps_is_refused() -> None:
    subject = Subject(rollout(status=HEALTHY))
    with pytest.raises(ConfigError, match="cannot happen to a Rollout without steps"):
        rendered.renditions(NOTHING.templates["rollout-step-completed"], subject, Wanted(), NOTHING, NOW)
