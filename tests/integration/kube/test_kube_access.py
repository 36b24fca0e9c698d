from __future__ import annotations

import msgspec
import pytest

from notifier.kube.access import Involved, Warned, get, warn
from notifier.kube.errors import Forbidden, NotFound
from notifier.kube.resources import ROLLOUTS, SECRETS
from notifier.kube.transport import Cluster, Transport
from notifier.model import Uid
from tests.integration.kube.scripted import ApiServer, refused, status

ABOUT = Involved(ROLLOUTS, "shop", "web", Uid("uid-web"))
WARNED = Warned("DeliveryFailed", "Slack does not know the channel", "2026-11-21T08:00:00.000Z")


async def test_an_object_is_got_by_its_name(api: ApiServer) -> None:
    async with Transport.connect(Cluster(server=api.url)) as transport:
        one = {"metadata": {"name": "a", "uid": "u", "resourceVersion": "1"}}
        lists = [{"metadata": {"resourceVersion": "2"}, "items": items} for items in ([one], [])]
        api.script += [status(200, msgspec.json.encode(listed)) for listed in lists]
        found = msgspec.json.decode(await get(transport, SECRETS, "argo", "a"))
        assert found == {"apiVersion": "v1", "kind": "Secret", **one}
        with pytest.raises(NotFound, match="argo holds no Secret of this name"):
            await get(transport, SECRETS, "argo", "b")
    assert [asked.path for asked in api.asked] == ["/api/v1/namespaces/argo/secrets"] * 2


async def test_a_warning_is_a_kubernetes_event_about_the_rollout(api: ApiServer) -> None:
    api.script += [status(201)]
    async with Transport.connect(Cluster(server=api.url)) as transport:
        await warn(transport, ABOUT, WARNED)
    [asked] = api.asked
    assert (asked.method, asked.path) == ("POST", "/api/v1/namespaces/shop/events")
    event = msgspec.json.decode(asked.body)
    assert event["metadata"].pop("name").startswith("web.")
    assert event == {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"namespace": "shop"},
        "involvedObject": {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Rollout",
            "namespace": "shop",
            "name": "web",
            "uid": "uid-web",
        },
        "type": "Warning",
        "reason": "DeliveryFailed",
        "message": "Slack does not know the channel",
        "source": {"component": "rollouts-notifier"},
        "firstTimestamp": "2026-11-21T08:00:00.000Z",
        "lastTimestamp": "2026-11-21T08:00:00.000Z",
        "count": 1,
    }


async def test_the_same_warning_has_the_same_name_whenever_and_whoever_gives_it(api: ApiServer) -> None:
    api.fallback = status(201)
    later = WARNED._replace(ts="2026-11-21T09:00:00.000Z")
    async with Transport.connect(Cluster(server=api.url)) as transport:
        for warned in (WARNED, later, WARNED._replace(message="something else")):
            await warn(transport, ABOUT, warned)
    first, second, other = (msgspec.json.decode(asked.body)["metadata"]["name"] for asked in api.asked)
    assert first == second != other


async def test_a_warning_that_is_there_already_is_fine_but_one_that_is_not_allowed_is_not(api: ApiServer) -> None:
    api.script += [refused(409, "AlreadyExists"), refused(403, "no")]
    async with Transport.connect(Cluster(server=api.url)) as transport:
        await warn(transport, ABOUT, WARNED)
        with pytest.raises(Forbidden):
            await warn(transport, ABOUT, WARNED)


async def test_names_and_messages_are_cut_to_what_the_api_server_takes(api: ApiServer) -> None:
    api.script += [status(201)]
    long_name = "a" * 199 + "." + "b" * 50
    async with Transport.connect(Cluster(server=api.url)) as transport:
        await warn(transport, ABOUT._replace(name=long_name), WARNED._replace(message="x" * 5000))
    event = msgspec.json.decode(api.asked[0].body)
    assert event["metadata"]["name"].startswith("a" * 199 + ".")
    assert ".." not in event["metadata"]["name"]
    assert len(event["metadata"]["name"]) <= 253
    assert len(event["message"]) == 1024
