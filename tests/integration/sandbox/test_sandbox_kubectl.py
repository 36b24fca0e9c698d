"""The stock kubectl works on the sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import trustme

from notifier.sandbox.kinds import CONFIG_MAPS, EVENTS, REPLICA_SETS, ROLLOUTS
from notifier.sandbox.kubeconfig import kubeconfig
from notifier.sandbox.server import ApiServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from notifier.model import Object

KUBECTL = Path(sys.executable).with_name("kubectl")
CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {colour: COLOUR}
"""


class Kubectl(NamedTuple):
    """kubectl with a home of its own, pointed at a server."""

    home: Path
    url: str

    async def __call__(self, *arguments: str, text: str = "", editor: str = "false", code: int = 0) -> str:
        """Run to the end, with a text on standard input; return what it said."""
        async with self.running(*arguments, editor=editor) as process:
            said, errors = await process.communicate(text.encode())
        assert process.returncode == code, (said, errors)
        return (said if code == 0 else errors).decode()

    @asynccontextmanager
    async def running(self, *arguments: str, editor: str = "false") -> AsyncIterator[asyncio.subprocess.Process]:
        """Start it, end it when left."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "EDITOR": editor, "NO_COLOR": "1"}
        target = (f"--server={self.url}", f"--cache-dir={self.home}/cache") if self.url else ()
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            KUBECTL, *target, *arguments, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
        )
        try:
            async with asyncio.timeout(20):
                yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


@pytest.fixture
def kubectl(server: ApiServer, tmp_path: Path) -> Kubectl:
    status = {"replicas": 5, "updatedReplicas": 2, "availableReplicas": 4, "phase": "Progressing"}
    server.store.put(_object("argoproj.io/v1alpha1", "Rollout", "guestbook", spec={"replicas": 5}, status=status))
    about = {"kind": "Rollout", "namespace": "shop", "name": "guestbook", "uid": "uid-guestbook"}
    event = {"involvedObject": about, "reason": "RolloutPaused", "type": "Normal", "message": "Rollout is paused"}
    server.store.put(_object("v1", "Event", "guestbook.1", **event, lastTimestamp="2026-11-21T12:00:00Z", count=1))
    return Kubectl(tmp_path, server.url)


def _object(api_version: str, kind: str, name: str, **content: object) -> Object:
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-{name}", "creationTimestamp": "2026-11-21T12:00:00Z"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def _rollout(server: ApiServer) -> Object:
    return server.store.get(ROLLOUTS, "shop", "guestbook").decode()


async def test_it_finds_out_what_is_served(kubectl: Kubectl) -> None:
    lines = (await kubectl("api-resources", "--no-headers")).splitlines()
    assert ["rollouts", "ro", "argoproj.io/v1alpha1", "true", "Rollout"] in [line.split() for line in lines]
    assert len(lines) == 11


async def test_it_gets_objects_in_every_form(kubectl: Kubectl) -> None:
    table = (await kubectl("get", "ro", "--all-namespaces")).splitlines()
    assert table[0].split() == ["NAMESPACE", "NAME", "DESIRED", "CURRENT", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert table[1].split()[:6] == ["shop", "guestbook", "5", "5", "2", "4"]
    assert await kubectl("get", "rollouts,events", "-n", "shop", "-o", "name") == (
        "rollout.argoproj.io/guestbook\nevent/guestbook.1\n"
    )
    assert "phase: Progressing" in await kubectl("get", "ro", "guestbook", "-n", "shop", "-o", "yaml")
    events = await kubectl("get", "events", "-A", "--field-selector", "involvedObject.name=guestbook")
    assert "rollout/guestbook" in events
    assert "Rollout is paused" in events
    missing = await kubectl("get", "ro", "nobody", "-n", "shop", code=1)
    assert missing == 'Error from server (NotFound): rollouts.argoproj.io "nobody" not found\n'


async def test_it_gets_long_lists_in_pages(server: ApiServer, kubectl: Kubectl) -> None:
    for number in range(5):
        server.store.create(CONFIG_MAPS, {"metadata": {"name": f"c{number}", "namespace": "shop"}})
    names = await kubectl("get", "cm", "-n", "shop", "--chunk-size=2", "-o", "name")
    assert names.split() == [f"configmap/c{number}" for number in range(5)]
    assert server.calls["list", CONFIG_MAPS] == 3


async def test_it_watches(server: ApiServer, kubectl: Kubectl) -> None:
    async with kubectl.running("get", "ro", "-n", "shop", "-w", "--no-headers") as process:
        assert process.stdout
        assert (await process.stdout.readline()).split()[:2] == [b"guestbook", b"5"]
        await server.wait_for_calls("watch", ROLLOUTS)
        server.store.update(ROLLOUTS, _rollout(server) | {"spec": {"replicas": 7}})
        assert (await process.stdout.readline()).split()[:2] == [b"guestbook", b"7"]


async def test_it_describes_an_object_with_its_events(server: ApiServer, kubectl: Kubectl) -> None:
    described = await kubectl("describe", "ro", "guestbook", "-n", "shop")
    assert "Phase:               Progressing" in described
    assert "RolloutPaused" in described
    server.store.put(_object("apps/v1", "ReplicaSet", "guestbook-1", spec={"replicas": 3, "template": {}}))
    assert "0 current / 3 desired" in await kubectl("describe", "rs", "guestbook-1", "-n", "shop")
    assert server.calls["list", EVENTS] == 2


async def test_it_annotates_and_patches(server: ApiServer, kubectl: Kubectl) -> None:
    subscription = "notifications.argoproj.io/subscribe.on-healthy.slack=team"
    await kubectl("annotate", "ro", "guestbook", "-n", "shop", subscription)
    await kubectl("patch", "ro", "guestbook", "-n", "shop", "--type=merge", "-p", '{"spec":{"replicas":6}}')
    operation = '[{"op":"add","path":"/spec/paused","value":true}]'
    await kubectl("patch", "ro", "guestbook", "-n", "shop", "--type=json", "-p", operation)
    status = ("--subresource=status", "--type=merge", "-p", '{"status":{"phase":"Healthy"}}')
    await kubectl("patch", "ro", "guestbook", "-n", "shop", *status)
    rollout = _rollout(server)
    assert rollout["metadata"]["annotations"] == dict([subscription.split("=")])
    assert rollout["spec"] == {"replicas": 6, "paused": True}
    assert rollout["status"]["phase"] == "Healthy"


async def test_it_applies_what_is_new_changed_and_unchanged(server: ApiServer, kubectl: Kubectl) -> None:
    applied = [
        await kubectl("apply", *flags, "-f", "-", text=CONFIG_MAP.replace("COLOUR", colour))
        for flags, colour in (
            (["--validate=false"], "blue"),
            (["--validate=false"], "green"),
            ([], "green"),
            (["--server-side", "--force-conflicts"], "red"),
        )
    ]
    assert [line.split()[1] for line in applied] == ["created", "configured", "unchanged", "serverside-applied"]
    assert server.store.get(CONFIG_MAPS, "shop", "settings").decode()["data"] == {"colour": "red"}


async def test_it_edits(server: ApiServer, kubectl: Kubectl) -> None:
    assert "edited" in await kubectl(
        "edit", "ro", "guestbook", "-n", "shop", editor="sed -i 's/replicas: 5/replicas: 8/'"
    )
    assert _rollout(server)["spec"] == {"replicas": 8}


async def test_it_deletes_and_sees_that_it_is_gone(server: ApiServer, kubectl: Kubectl) -> None:
    deleted = await kubectl("delete", "ro", "guestbook", "-n", "shop")
    assert deleted.startswith('rollout.argoproj.io "guestbook" deleted')
    await kubectl("delete", "events", "-n", "shop", "--all")
    assert server.store.items(ROLLOUTS) == server.store.items(EVENTS) == []


async def test_it_shows_what_was_refused(server: ApiServer, kubectl: Kubectl) -> None:
    server.access.forbidden = {("*", REPLICA_SETS)}
    refusal = await kubectl("get", "rs", "-n", "shop", code=1)
    assert refusal.startswith("Error from server (Forbidden): replicasets.apps")


async def test_it_believes_the_kubeconfig_of_a_server_with_tls_and_tokens(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with ApiServer(tls=context) as server:
        server.access.tokens = {"token-for-tests"}
        text = kubeconfig(server.url, token="token-for-tests", authority=authority.cert_pem.bytes())
        (tmp_path / "config").write_text(text)
        kubectl = Kubectl(tmp_path, "")
        arguments = ("--kubeconfig", str(tmp_path / "config"), "get", "ns", "-o", "json")
        names = [item["metadata"]["name"] for item in json.loads(await kubectl(*arguments))["items"]]
        assert names == ["default"]
        server.access.tokens = set()
        assert "Unauthorized" in await kubectl(*arguments, code=1)
