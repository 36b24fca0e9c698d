"""A ConfigMap, a Secret and a Rollout with mistakes of ten kinds: all are found at once, each at its place."""

from __future__ import annotations

from tests.unit.validation.checked import report

CONFIG_MAP = """\
kind: ConfigMap
metadata: {name: rollouts-notifier-config, namespace: argo-rollouts}
data:
  service.slack: |
    token: $slack-tokn
  service.webhook.hook: |
    url: http://hook.test
    timout: 5s
  service.pager: "x: y"
  trigger.on-bad: |
    - when: rollout.status.phase = 'Degraded'
      send: [rollout-aborted]
  trigger.on-other: |
    - when: rollout.status.phase == 'Degraded'
      send: [rollout-abortd]
  trigger.on-nil: |
    - on: [RolloutAborted]
      whem: 'true'
      send: [broken-json]
  template.broken-json: |
    message: hi
    webhook:
      hook:
        body: |
          {"why": "{{ event.cause.message }}"}
  template.broken: |
    message: "{{ rollout.metadata.name "
  subscriptions: |
    - recipients: [slack:deploys]
      triggers: [on-rollout-abort]
  defaultTrigers: |
    - on-rollout-aborted
"""
SECRET = """\
kind: Secret
metadata: {name: rollouts-notifier-secret, namespace: argo-rollouts}
data:
  slack-token: this is plain text
"""
ROLLOUT = """\
kind: Rollout
metadata:
  name: web
  namespace: shop
  annotations:
    notifications.argoproj.io/subscribe.on-rollout-aborted.slak: deploys
    notifications.argoproj.io/subscribed.on-rollout-aborted.slack: deploys
spec: {replicas: 1}
"""
FOUND = [
    ("0.yaml", 5, "service.slack", "the Secret has no key 'slack-tokn'; did you mean 'slack-token'?"),
    ("0.yaml", 8, "service.webhook.hook", "unknown key 'timout' is ignored; did you mean 'timeout'?"),
    ("0.yaml", 9, "service.pager", "there is no service type 'pager'"),
    ("0.yaml", 11, "trigger.on-bad", "`rollout.status.phase = 'Degraded'`"),
    ("0.yaml", 15, "trigger.on-other", "there is no template 'rollout-abortd'; did you mean 'rollout-aborted'?"),
    ("0.yaml", 17, "trigger.on-nil", "unknown key 'whem' (did you mean 'when'?) is ignored"),
    ("0.yaml", 24, "template.broken-json", "begins like JSON, and is none"),
    ("0.yaml", 27, "template.broken", "message"),
    ("0.yaml", 30, "subscriptions[0]", "there is no trigger 'on-rollout-abort'; did you mean 'on-rollout-aborted'?"),
    ("0.yaml", 31, "defaultTrigers", "unknown key is ignored; did you mean 'defaultTriggers'?"),
    ("1.yaml", 4, "slack-token", "is no base64"),
    (
        "2.yaml",
        6,
        "notifications.argoproj.io/subscribe.on-rollout-aborted.slak",
        "there is no service 'slak'; did you mean 'slack'?",
    ),
    (
        "2.yaml",
        7,
        "notifications.argoproj.io/subscribed.on-rollout-aborted.slack",
        "is no subscription; did you mean 'subscribe'?",
    ),
]
"""File, line, key, and what is said of it."""


async def test_mistakes_of_every_kind_are_found_at_once_with_file_line_and_key() -> None:
    found = (await report(CONFIG_MAP, SECRET, ROLLOUT)).findings
    assert [(one.file, one.line, one.key) for one in found] == [place[:3] for place in FOUND]
    for one, (*_, message) in zip(found, FOUND, strict=True):
        assert message in one.message
