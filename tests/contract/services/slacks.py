"""A Slack service at a workspace of the sandbox, and letters for it."""

from typing import Any

from notifier.model import Letter, Message
from notifier.sandbox.slack import SlackWorkspace
from notifier.services.http import Client
from notifier.services.slack import Slack


def slack(client: Client, workspace: SlackWorkspace, **options: object) -> Slack:
    """A service like one after a restart: it remembers nothing."""
    config = {"token": workspace.token, "apiURL": workspace.api_url}
    return Slack.from_config(config | options, client, frozenset())


def letter(message: str = "it is done", /, *, to: str = "#deploys", key: str = "key-1", **section: Any) -> Letter:
    """A letter of no thread; `section` is what the template says for Slack."""
    return Letter(to, Message(message, section), key=key, created=0.0, attempt=1)


def threaded(message: str, root: str, **section: Any) -> Letter:
    """A letter of a thread whose latest `Receipt.root` is `root`; its key is its message."""
    return Letter("deploys", Message(message, section, "update-7"), key=message, created=0.0, attempt=1, root=root)


def channel_id(workspace: SlackWorkspace, name: str = "deploys") -> str:
    return workspace._channels.find(name).id
