"""Base64, base32 and checksums of a text's UTF-8."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable

from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.values import decode, encode

_NEWLINES = re.compile(rb"[\r\n]")
_BASE64 = re.compile(rb"((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)([A-Za-z0-9+/]*)")
_BASE32 = re.compile(
    rb"((?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=)?)([A-Z2-7]*)",
)
"""What is encoded as a whole, and then digits that are too few."""


def _decoder(name: str, form: re.Pattern[bytes], body: Callable[[bytes], bytes]) -> Callable[[str], str]:
    """Return a function that decodes a text; of one that is not encoded so it says where, as sprig does."""

    def decoded(text: str) -> str:
        raw = _NEWLINES.sub(b"", encode(text))
        match = form.match(raw)
        assert match is not None  # noqa: S101 - nothing at all matches too
        if match.end(1) == len(raw):
            return decode(body(raw))
        place = match.end(1) if match.end() == len(raw) else match.end()
        return f"illegal {name} data at input byte {place}"

    return decoded


def _checksum(algorithm: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(algorithm, encode(text), usedforsecurity=False).hexdigest()


ENCODINGS = declared(
    ("b64enc", "string", lambda text: base64.b64encode(encode(text)).decode()),
    ("b64dec", "string", _decoder("base64", _BASE64, binascii.a2b_base64)),
    ("b32enc", "string", lambda text: base64.b32encode(encode(text)).decode()),
    ("b32dec", "string", _decoder("base32", _BASE32, base64.b32decode)),
    ("sha1sum", "string", _checksum("sha1")),
    ("sha256sum", "string", _checksum("sha256")),
    ("sha512sum", "string", _checksum("sha512")),
    ("adler32sum", "string", lambda text: str(zlib.adler32(encode(text)))),
)
