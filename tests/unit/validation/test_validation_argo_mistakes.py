"""An Argo ConfigMap, Secret and Rollout with every mistake at once: the whole report, in order."""

from __future__ import annotations

from pathlib import Path

from tests.unit.validation.checked import report

ARGO = Path(__file__).parents[2] / "recordings" / "argo"

MISTAKES = r"""kind: ConfigMap
metadata: {name: argo-rollouts-notification-configmap, namespace: argo-rollouts}
data:
  service.slack: |
    token: $slack-tokn
  service.webhook.hook: |
    url: https://hook.example
    retryWaitMin: 5s
    retryWaitMax: 30
  service.webhok.typo: "url: https://hook.example"
  trigger.on-degraded: |
    - when: rollout.status.phase == 'Degraded'
      send: [glued, nul, rollout-abortd]
  trigger.on-bad-expression: |
    - when: rollout.status.phase = 'Degraded'
  trigger.on-bad-types: |
    - send: [plain]
      oncePer: rollout.metadata.name
      when: |
        rollout.spec.replicas > 1 &&
        rollout.spec.replicas > '3'
  trigger.on-no-such-function: |
    - when: degraded(rollout)
  trigger.on-rollout-abort: |
    - send: [plain]
  template.plain: |
    message: hi
  template.unclosed: |
    message: |
      first
      {{ if .rollout.status.abort }}
  template.jinja: |
    message: "{{ rollout.metadata.name | uper }}"
  template.function: |
    message: "{{ uppr .rollout.metadata.name }}"
  template.mustache: |
    engine: mustache
    message: hi
  template.glued: |
    message: hi
    slack:
      attachments: |
        [{
          "title": "{{ .rollout.status.message }}"
        }]
    webhook:
      hook:
        body: |
          {"why": "{{ .rollout.status.message }}"}
  template.nul: |
    message: |
      {{ .rollout.metadata.name }}
      {{ .rollout.metadata.labels.team | upper }} {{ .rollout.status.x.y }}
    email:
      subject: '{{ if eq .rollout.spec.replicas "4" }}four{{ end }}'
  subscriptions: |
    - recipients: [slack]
      triggers: [on-degraded]
    - recipients: [slack:ops]
      triggers: [on-degraded]
      selector: team=a,team=b
    - recipients: [slack:ops]
    - recipients: []
      triggers: [on-degraded]
    - recipients: [slak:ops]
      triggers: [on-rollout-abortd, on-rollout-abort]
  defaultTriggers.slak: |
    - on-degraded
---
kind: Secret
metadata: {name: argo-rollouts-notification-secret, namespace: argo-rollouts}
stringData: {slack-token: xoxb-1}
---
kind: Rollout
metadata:
  name: web
  namespace: shop
  labels: {team: web}
  annotations:
    notifications.argoproj.io/subscribe.on-degraded.slack: ops
    notifications.argoproj.io/subscribe.on-degraded.slak: ops
    notifications.argoproj.io/subscribe.on-degrade.slack: ops
    notifications.argoproj.io/subscribe.on-rollout-abort.slack: ops
    notifications.argoproj.io/subscribe.slack: ops
    notifications.argoproj.io/subscribe.on-rollout-aborted.slack: " ; "
    notifications.argoproj.io/subscriptions: |
      - trigger: [on-degraded]
        destinations: [{service: slack, recipients: [ops]}]
      - triggers: [on-degraded]
        destinations: [{service: slack}]
status: {x: null}
"""

_IDLE = (
    "fires for nothing but a Kubernetes Event of its name: it has no `when`, and its trigger has no `on` and is not "
    "named after a known reason; "
    "did you mean 'on-rollout-aborted'?"
)
_DEAD = (
    "tells nothing: nothing but a Kubernetes Event of its name fires the trigger 'on-rollout-abort'; "
    "did you mean 'on-rollout-aborted'?"
)
_REFUSED = "Argo refuses the whole ConfigMap for a text here: in nanoseconds, which both read, it is"
_MADE_UP = "cannot be rendered for on-degraded of a made-up Rollout"
_WEB = "cannot be rendered for on-degraded of Rollout shop/web"
_TYPES = "incompatible types for comparison: float64 and string"
_QUOTES = "Expecting ',' delimiter"
_COLUMN = "line 1 column 72 (char 71)"
REPORT = [
    ("token: $slack-tokn", "service.slack", "the Secret has no key 'slack-tokn'; did you mean 'slack-token'?"),
    (
        "retryWaitMin: 5s",
        "service.webhook.hook",
        f"`retryWaitMin`: {_REFUSED} 5000000000",
    ),
    (
        "retryWaitMax: 30",
        "service.webhook.hook",
        "`retryWaitMax`: 30 are nanoseconds, here as in Argo; 30 seconds are 30000000000",
    ),
    (
        'service.webhok.typo: "url: https://hook.example"',
        "service.webhok.typo",
        "there is no service type 'webhok'; did you mean 'webhook'?",
    ),
    (
        "send: [glued, nul, rollout-abortd]",
        "trigger.on-degraded",
        "there is no template 'rollout-abortd'; did you mean 'rollout-aborted'?",
    ),
    (
        "- when: rollout.status.phase = 'Degraded'",
        "trigger.on-bad-expression",
        "`rollout.status.phase = 'Degraded'`: unexpected '=' (column 22)",
    ),
    (
        "rollout.spec.replicas > '3'",
        "trigger.on-bad-types",
        "`when` cannot be evaluated: cannot compare int > string (column 23)",
    ),
    (
        "- when: degraded(rollout)",
        "trigger.on-no-such-function",
        "`when` cannot be evaluated: cannot call nil: it is no function (column 1)",
    ),
    ("- send: [plain]", "trigger.on-rollout-abort", _IDLE),
    ("{{ if .rollout.status.abort }}", "template.unclosed", "message: unexpected EOF (line 3)"),
    (
        'message: "{{ rollout.metadata.name | uper }}"',
        "template.jinja",
        'message: there is no filter "uper"; did you mean upper? (line 1)',
    ),
    (
        'message: "{{ uppr .rollout.metadata.name }}"',
        "template.function",
        "message: function \"uppr\" not defined; did you mean 'upper'? (line 1)",
    ),
    ("engine: mustache", "template.mustache", "`engine` is jinja2 or go, not 'mustache'"),
    (
        "attachments: |",
        "template.glued",
        f"{_MADE_UP}: slack.attachments: is not valid JSON once rendered: {_QUOTES} (`toJson` quotes a value) (line 2)",
    ),
    (
        "body: |",
        "template.glued",
        f"{_MADE_UP}: webhook.hook.body: begins like JSON, and is none once rendered: {_QUOTES}: {_COLUMN}",
    ),
    (
        "{{ .rollout.metadata.labels.team | upper }} {{ .rollout.status.x.y }}",
        "template.nul",
        f"{_WEB}: message: nil pointer evaluating interface {{}}.y in {{{{ .rollout.status.x.y }}}} (line 2)",
    ),
    (
        """subject: '{{ if eq .rollout.spec.replicas "4" }}four{{ end }}'""",
        "template.nul",
        f'{_MADE_UP}: email.subject: error calling eq: {_TYPES} in {{{{ if eq .rollout.spec.replicas "4" }}}} (line 1)',
    ),
    ("- recipients: [slack]", "subscriptions[0]", "names no channel: write its name, such as shop-deploys"),
    (
        "selector: team=a,team=b",
        "subscriptions[1]",
        "selects nothing: no label 'team' can be all that its `selector` wants",
    ),
    (
        "- recipients: [slack:ops]",
        "subscriptions[2]",
        "tells nothing: it names no triggers, and there are no default triggers",
    ),
    ("- recipients: []", "subscriptions[3]", "tells nobody: it names no recipients"),
    ("- recipients: [slak:ops]", "subscriptions[4]", "there is no service 'slak'; did you mean 'slack'?"),
    ("triggers: [on-rollout-abortd, on-rollout-abort]", "subscriptions[4]", _DEAD),
    (
        "triggers: [on-rollout-abortd, on-rollout-abort]",
        "subscriptions[4]",
        "there is no trigger 'on-rollout-abortd'; did you mean 'on-rollout-aborted'?",
    ),
    (
        "defaultTriggers.slak: |",
        "defaultTriggers.slak",
        "is nobody's default: there is no service 'slak'; did you mean 'slack'?",
    ),
    ("subscribe.on-degraded.slak: ops", "", "there is no service 'slak'; did you mean 'slack'?"),
    ("subscribe.on-degrade.slack: ops", "", "there is no trigger 'on-degrade'; did you mean 'on-degraded'?"),
    ("subscribe.on-rollout-abort.slack: ops", "", _DEAD),
    ("subscribe.slack: ops", "", "names no trigger, and there are no default triggers"),
    ('subscribe.on-rollout-aborted.slack: " ; "', "", "names no recipient"),
    (
        "- triggers: [on-degraded]",
        "notifications.argoproj.io/subscriptions",
        "item 2: `triggers` is not known; did you mean 'trigger'?",
    ),
    (
        "- triggers: [on-degraded]",
        "notifications.argoproj.io/subscriptions",
        'item 2: a destination needs `service` and `recipients` (a webhook\'s are [""])',
    ),
]
"""What the line says, the key ("" is the line's own) and the message."""


async def test_every_mistake_of_an_argo_configuration_is_found_in_one_run() -> None:
    lines = MISTAKES.splitlines()
    found = (await report(MISTAKES)).findings
    told = [(lines[one.line - 1].strip(), one.key, one.message) for one in found]
    assert told == [_whole(*row) for row in REPORT]


def _whole(line: str, key: str, message: str) -> tuple[str, str, str]:
    """A row of the report, an annotation with its prefix."""
    whole = line if key else f"notifications.argoproj.io/{line}"
    return whole, key or whole.partition(":")[0], message


async def test_argo_s_own_configuration_has_no_findings() -> None:
    found = await report((ARGO / "configmap.yaml").read_text(), (ARGO / "secret.yaml").read_text())
    assert found == ((), ())
