"""The Pod Security Standard "restricted" of Kubernetes, and what we ask for beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_UNSAFE = ("hostNetwork", "hostPID", "hostIPC", "hostUsers")


def violations(pod: dict[str, Any]) -> list[str]:
    """What of a pod's spec the standard does not allow, and whether its root file system can be written to."""
    found = [f"{name} is set" for name in _UNSAFE if pod.get(name)]
    found += [f"volume {v['name']} is of a kind not allowed" for v in pod.get("volumes", []) if not _VOLUMES & {*v}]
    for container in (*pod.get("initContainers", []), *pod["containers"]):
        found += _of_container(container, pod.get("securityContext", {}))
    return found


def _of_container(container: dict[str, Any], shared: dict[str, Any]) -> Iterator[str]:
    own = container.get("securityContext", {})
    both = {**shared, **own}
    capabilities = own.get("capabilities", {})
    wanted = {
        "runAsNonRoot is not set": both.get("runAsNonRoot") is True,
        "runs as root": both.get("runAsUser", 1) != 0,
        "privileged": not own.get("privileged"),
        "privileges can grow": own.get("allowPrivilegeEscalation") is False,
        "has capabilities": "ALL" in capabilities.get("drop", []) and not capabilities.get("add"),
        "no seccomp profile": both.get("seccompProfile", {}).get("type") in ("RuntimeDefault", "Localhost"),
        "has ports of the host": not any(port.get("hostPort") for port in container.get("ports", [])),
        "the root file system can be written to": own.get("readOnlyRootFilesystem") is True,
    }
    yield from (f"{container['name']}: {what}" for what, holds in wanted.items() if not holds)
