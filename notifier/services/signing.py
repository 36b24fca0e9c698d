"""Signatures by which a receiver knows that a request is ours and unchanged."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

_PREFIX = "whsec_"


def signing_keys(secret: str) -> tuple[bytes, ...]:
    """The keys in a text of secrets separated by spaces: `whsec_` and base64, or plain text.

    Raises ValueError where the base64 is none.
    """
    return tuple(_key(one) for one in secret.split())


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(_PREFIX)
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        raise ValueError("what follows whsec_ is not base64") from None


def standard_webhook(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of the Standard Webhooks specification, signed with each key; `timestamp` is epoch seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def body_digest(key: bytes, body: bytes) -> str:
    """`sha256=` and the HMAC of the body in hex, as GitHub and many after it sign."""
    return "sha256=" + hmac.digest(key, body, hashlib.sha256).hex()
