"""`python -m tests.cluster` starts a real cluster on loopback and stays until Ctrl-C; `… build` only builds it."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.cluster.control_plane import ControlPlane, StartError, kubelet
from tests.cluster.programs import build, program
from tests.cluster.prometheus import Prometheus
from tests.peer.building import CannotBuildError

_TEXT = """\
A real cluster is up ({seconds:.0f} s). Ctrl-C ends it; nothing of it is kept.

  export KUBECONFIG={kubeconfig}
  kubectl get rollouts -A --watch
  {plugin} get rollout NAME --watch
  E2E_KUBECONFIG=$KUBECONFIG make e2e

Pods become ready after half a second; an image with `bad` in its name cannot be pulled. A Prometheus for analysis is at
{prometheus}: a query is any name and answers 1, until: curl -X PUT -d 0.42 {prometheus}/NAME
The logs are in {folder}.
"""


async def stay() -> None:
    """Run a cluster until a signal comes. Raises StartError."""
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    with tempfile.TemporaryDirectory(prefix="cluster-") as path:
        began = time.monotonic()
        plane = ControlPlane(folder := Path(path))
        async with plane.running(), kubelet(plane.kubeconfig), Prometheus() as prometheus:
            text = {"kubeconfig": plane.kubeconfig, "plugin": program("kubectl-argo-rollouts"), "folder": folder}
            _say(_TEXT.format(**text, prometheus=prometheus.url, seconds=time.monotonic() - began))
            await ended.wait()


def main() -> None:
    """Build, and run unless told otherwise; exit code 1 and a sentence where that cannot be."""
    try:
        build(_say)
        if sys.argv[1:] != ["build"]:
            asyncio.run(stay())
    except (CannotBuildError, StartError) as error:
        sys.exit(str(error))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # this is a program


if __name__ == "__main__":
    main()
