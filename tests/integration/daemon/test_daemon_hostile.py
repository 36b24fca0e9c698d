"""What somebody writes into an annotation neither ends the daemon nor shows a secret."""

from tests.integration.daemon.stage import Stage, rollout, subscribed, until

ASKS = "notifications.argoproj.io/subscribe.on-mark.slack"
ATTACHMENTS = """\
message: '{{ rollout.metadata.labels.mark }}'
slack:
  attachments: |
    [{"text": "{{ rollout.metadata.annotations.note }}"}]
"""


async def test_half_of_a_character_in_an_annotation_ends_nothing(stage: Stage) -> None:
    entries = {"template.mark": ATTACHMENTS, "service.slack": f"token: $token\napiURL: {stage.sink.url}/slack"}
    stage.secret(token="xoxb-very-secret")
    stage.configure(stage.services("one"), entries)
    async with stage.ready():
        stage.put(rollout("bad", mark=1, annotations=subscribed("one") | {ASKS: "deploys", "note": "\\ud83d"}))
        stage.put(rollout("good", mark=2, annotations=subscribed("one")))
        await until(lambda: len(stage.told("one")) == 2)
        assert sorted(stage.told("one")) == ["1", "2"]


async def test_an_annotation_shows_no_secret(stage: Stage) -> None:
    entries = {"template.mark": ATTACHMENTS, "service.slack": f"token: $token\napiURL: {stage.sink.url}/slack"}
    stage.secret(token="xoxb-very-secret")
    stage.configure(entries)
    async with stage.ready():
        note = "\\u27e6secret:token\\u27e7"
        stage.put(rollout("bad", mark=1, annotations={ASKS: "deploys", "note": note}))
        await until(lambda: stage.sink.requests)
    bodies = [request.body for request in stage.sink.requests]
    assert bodies
    assert not any(b"xoxb-very-secret" in body for body in bodies)
