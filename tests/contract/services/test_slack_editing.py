"""Slack: workspaces where messages cannot be edited for long."""

from typing import Any

from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import Refused
from notifier.services.http import Client
from tests.contract.services.slacks import slack, threaded


class Uneditable(SlackWorkspace):
    """A workspace whose settings let nobody edit messages."""

    def _update(self, _fields: Any) -> Any:
        raise Refused("edit_window_closed")


async def test_a_thread_goes_on_where_its_root_can_no_longer_be_edited(client: Client) -> None:
    async with Uneditable("deploys") as workspace:
        workspace._methods["chat.update"] = workspace._update
        root = (await slack(client, workspace).send(threaded("started", ""))).root
        for text in ("1/5", "2/5"):
            assert (
                await slack(client, workspace).send(threaded(text, root, deliveryPolicy="PostAndUpdate"))
            ).root == root
        assert [message.root for message in workspace.messages] == [True, False, False]
