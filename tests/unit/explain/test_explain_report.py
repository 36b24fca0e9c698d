"""An explanation as text: whole, and in the words that a person reads first."""

from __future__ import annotations

from notifier.explain import report
from notifier.outbox.protocol import State
from tests.unit.explain.explained import NOW, configured, explained, rollout
from tests.unit.explain.test_explain_events import ABORTED
from tests.unit.explain.test_explain_payload import delivery

ENTRIES = {
    "trigger.on-mine": "- when: rollout.status.phase == 'Healthy' and rollout.spec.replicas > 3\n  send: [mine]",
    "trigger.on-bad": "- when: rollout.statsu.phase == 'Healthy'\n  send: [mine]",
    "template.mine": "message: |\n  mine\n  and more\nwebhook:\n  hook: {body: {a: '{{ rollout.metadata.name }}'}}\n",
    "trigger.on-always": "- when: 'true'\n  send: [mine]",
    "subscriptions": "- {recipients: ['slack:pay'], triggers: [on-mine], selector: team=pay}",
}
ASKED = ("on-mine.slack=deploys", "on-bad.slack=deploys", "on-rollout-aborted.slack=deploys", "on-nope.email=a@b.test")
WHOLE = """\
Rollout shop/web, revision 3, Degraded: RolloutAborted: Rollout aborted update to revision 3: Metric failed

email a@b.test  on-nope is impossible: there is no trigger 'on-nope'
hook            on-always matches
slack deploys   on-bad fails: its condition cannot be evaluated; on-rollout-aborted matches, given up at \
2026-01-01T12:00:00.000Z; on-mine waits

Annotations that do nothing
  subscribed.x: is no subscription; did you mean 'subscribe'?

Global subscriptions for other Rollouts
  subscriptions[0] (slack:pay): it asks for team=pay; the Rollout's labels are none

email a@b.test
  on-nope impossible: there is no trigger 'on-nope'
    asked for by subscribe.on-nope.email

hook
  on-always matches: its condition holds now
    asked for by subscribe.on-always.hook
    when true  true
    would say (as things are now):
      | mine
      | and more
      payload:
        body:
          a: web

slack deploys
  on-bad fails: its condition is false, because cannot fetch phase from nil (line 1, column 16); rollout.statsu is \
null (did you mean 'status'?)
    asked for by subscribe.on-bad.slack
    when rollout.statsu.phase == 'Healthy'  no value: cannot fetch phase from nil (line 1, column 16)
           rollout.statsu.phase             no value: cannot fetch phase from nil (line 1, column 16)
             rollout.statsu                 null (did you mean 'status'?)
    would say (as things are now):
      | mine
      | …
  on-mine waits: its condition does not hold now: rollout.status.phase is "Degraded"
    asked for by subscribe.on-mine.slack
    when rollout.status.phase == 'Healthy' and rollout.spec.replicas > 3  false
           rollout.status.phase == 'Healthy'                              false
             rollout.status.phase                                         "Degraded"
           rollout.spec.replicas > 3                                      true
             rollout.spec.replicas                                        4
    would say (as things are now):
      | mine
      | …
  on-rollout-aborted matches: fires when its update is aborted; that is so now
    asked for by subscribe.on-rollout-aborted.slack
    delivery 3: given up at 2026-01-01T12:00:00.000Z after 7 attempts, because 400 channel_not_found; send it again: \
rollouts-notifier deliveries retry 3
    would say (as things are now):
"""


def test_the_verdicts_come_first_then_why() -> None:
    asked = (f"subscribe.{one}" for one in ASKED)
    found = rollout(*asked, "subscribe.on-always.hook=", "subscribed.x=y", status=ABORTED)
    dead = delivery(3, State.DEAD, attempts=7, why="channel_not_found", status="400", settled=NOW)
    text = "\n".join(report.lines(explained(found, configured(ENTRIES), deliveries=[dead])))
    assert text.startswith(WHOLE)
    rest = text.removeprefix(WHOLE)
    assert rest.startswith("      | shop/web: revision 3 aborted by analysis\n      | Why: Metric failed\n")
    assert "\n      payload:\n        groupingKey: uid-of-web/3\n" in rest


def test_where_nobody_asked_it_says_how_to_ask() -> None:
    *_, last = report.lines(explained(rollout()))
    assert last.startswith("nobody asked for anything: annotate it with notifications.argoproj.io/subscribe.")


def test_what_somebody_wrote_into_an_object_stays_on_its_line() -> None:
    lines = list(report.lines(explained(rollout("subscribe.on-x.slack=a\nb\x1b[31m", status={"phase": "a\nb"}))))
    assert not any("\x1b" in line or "\n" in line for line in lines)
