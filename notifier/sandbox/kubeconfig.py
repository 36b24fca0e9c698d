"""A kubeconfig for the sandbox."""

from __future__ import annotations

import base64

import yaml


def kubeconfig(url: str, *, token: str = "", authority: bytes = b"") -> str:
    """Return a minimal kubeconfig (YAML) for the server at a URL; `authority` is the PEM of the CA it is trusted by."""
    cluster = {"server": url}
    if authority:
        cluster["certificate-authority-data"] = base64.b64encode(authority).decode()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "sandbox",
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": "sandbox", "user": {"token": token} if token else {}}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "sandbox"}}],
    }
    return yaml.safe_dump(config, sort_keys=False)
