"""A1, for channels that are written in two ways and tokens that two services have."""

import pytest

from notifier.sandbox.receivers import Reply
from tests.acceptance.hours import Workspace, at_work, in_virtual_time, slack
from tests.contract.outbox.samples import delivery
from tests.integration.delivery.virtual_time import passes


@pytest.mark.parametrize(("service", "channel"), [("slack", "#deploys"), ("again", "deploys")])
def test_a1_the_same_channel_by_another_name_or_service_is_left_alone_too(service: str, channel: str) -> None:
    in_virtual_time(_another_name(service, channel))


async def _another_name(service: str, channel: str) -> None:
    async with at_work() as (deliverer, client), Workspace("deploys") as workspace:
        deliverer.services.services |= {name: slack(client, workspace) for name in ("slack", "again")}
        workspace.reply(Reply(429, {"Retry-After": "30"}), times=1)
        await deliverer.put(delivery("one", "web", recipient="deploys"))
        await passes(1)
        await deliverer.put(delivery("two", "api", service=service, recipient=channel))
        await passes(50)
        assert [call.at for call in workspace.calls] == [0, 30, 31]
