"""An entry that has become unusable stays as it was; what is shipped lies below the ConfigMap."""

from __future__ import annotations

import pytest

from notifier import reasons
from notifier.config.load import Catalogue, shipped
from notifier.config.schema import Config
from tests.unit.config.maps import configured
from tests.unit.config.test_config_problems import GOOD, outline

BROKEN = {
    "service.slack": "icon: ':x:'",
    "service.webhook.ci": "url: [",
    "trigger.on-good": "- when: ==",
    "template.good": "message: '{{'",
    "subscriptions": "- {selector: '~'}",
    "defaultTriggers": "{",
    "defaultTriggers.slack": "on-bad",
    "context": "[]",
}


@pytest.fixture(scope="module")
def before() -> Config:
    return configured(GOOD)


@pytest.mark.parametrize("key", BROKEN)
def test_the_last_good_version_of_an_entry_stays_in_force(before: Config, key: str) -> None:
    after = configured(GOOD | {key: BROKEN[key]}, before=before)
    assert outline(after) == outline(before)
    assert [problem.key for problem in after.problems] == [key]


def test_the_last_good_version_stays_however_often_the_broken_one_is_read(before: Config) -> None:
    once = configured(GOOD | BROKEN, before=before)
    again = configured(GOOD | BROKEN, before=once)
    assert outline(again) == outline(before)
    assert again.problems == once.problems
    assert again.services["slack"] is before.services["slack"]
    assert again.triggers["on-good"] is before.triggers["on-good"]
    assert again.templates["good"] is before.templates["good"]


def test_an_entry_that_works_again_is_in_force_and_no_problem_is_left(before: Config) -> None:
    broken = configured(GOOD | BROKEN, before=before)
    mended = configured(GOOD | {"service.slack": "token: new"}, before=broken)
    assert mended.services["slack"].options == {"token": "new"}
    assert mended.problems == ()


def test_an_entry_that_is_gone_is_gone(before: Config) -> None:
    assert outline(configured({}, before=before)) == outline(configured({}))


def test_secrets_are_those_of_now() -> None:
    data = {"service.slack": "token: $token"}
    before = configured(data, {"token": "old"})
    after = configured(data, {"token": "new"}, before)
    assert after.services["slack"].options == {"token": "new"}
    assert after.secrets == {"token": "new"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped("UTC")


def test_the_catalogue_needs_no_config_map(catalogue: Catalogue) -> None:
    config = configured(None)
    assert config.problems == ()
    assert config.triggers == catalogue.triggers
    assert config.templates == catalogue.templates
    assert config.services == {}


def test_every_reason_that_state_tells_has_a_shipped_trigger_and_template(
    catalogue: Catalogue,
) -> None:
    assert catalogue.triggers.keys() >= set(map(reasons.trigger_name, reasons.STATE_REASONS))
    sent = {name for trigger in catalogue.triggers.values() for c in trigger.conditions for name in c.send}
    assert sent <= catalogue.templates.keys()


def test_every_shipped_template_has_a_message(catalogue: Catalogue) -> None:
    assert all("message" in template.sections for template in catalogue.templates.values())


def test_the_config_map_lies_above_the_catalogue(catalogue: Catalogue) -> None:
    own = {
        "trigger.on-rollout-completed": "- {when: 'false', send: [rollout-completed]}",
        "template.rollout-completed": "message: mine",
    }
    config = configured(own)
    assert config.triggers["on-rollout-completed"] != catalogue.triggers["on-rollout-completed"]
    assert config.templates["rollout-completed"].sections["message"].render({}) == "mine"
    assert config.triggers["on-rollout-aborted"] is catalogue.triggers["on-rollout-aborted"]
    assert config.problems == ()


def test_a_broken_entry_of_the_config_map_lets_the_shipped_one_show(catalogue: Catalogue) -> None:
    config = configured({"trigger.on-rollout-completed": "- {", "template.rollout-completed": "message: '{{'"})
    assert config.triggers["on-rollout-completed"] is catalogue.triggers["on-rollout-completed"]
    assert config.templates["rollout-completed"] is catalogue.templates["rollout-completed"]
    assert len(config.problems) == 2
