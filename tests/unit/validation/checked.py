"""Files in, what is found in them out."""

from __future__ import annotations

from notifier.services import http
from notifier.validation.check import Report, validate
from notifier.validation.documents import File

NAMED = "metadata: {name: rollouts-notifier-config, namespace: argo-rollouts}\n"
SECRET = "kind: Secret\nmetadata: {name: s, namespace: argo-rollouts}\n"


async def report(*texts: str) -> Report:
    """What is found in files called `0.yaml`, `1.yaml` and so on."""
    async with http.connect({}) as client:
        return validate([File(f"{number}.yaml", text) for number, text in enumerate(texts)], client)


async def said(*texts: str) -> list[tuple[str, str, str]]:
    """What is found: the text of the line it is found at, key and message."""
    lines = {f"{number}.yaml": text.splitlines() for number, text in enumerate(texts)}
    found = (await report(*texts)).findings
    return [(lines[one.file][one.line - 1].strip(), one.key, one.message) for one in found]


def config_map(*entries: str) -> str:
    """A ConfigMap with entries as they stand below `data`."""
    lines = [line for entry in entries for line in entry.splitlines()]
    return f"kind: ConfigMap\n{NAMED}data:\n" + "".join(f"  {line}\n" for line in lines)


def rollout(*annotations: str, spec: str = "{replicas: 1}", labels: str = "{}") -> str:
    """A Rollout with annotations as they stand below `annotations`, the prefix left out."""
    written = "".join(f"    notifications.argoproj.io/{line}\n" for line in annotations)
    return (
        f"kind: Rollout\nmetadata:\n  name: web\n  namespace: shop\n  labels: {labels}\n"
        f"  annotations:\n{written}spec: {spec}\n"
    )
