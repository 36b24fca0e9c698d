"""What makes a TLS connection trusted, from either side."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from notifier.errors import ConfigError

_MEMORY = Path("/dev/shm")  # noqa: S108 - not a shared scratch folder but the one that is never written to a disk


@dataclass(frozen=True, slots=True, repr=False)
class Tls:
    """A service's own settings: CAs besides the system's, a client certificate and its key, all PEM texts.

    `alpn` is the protocol that is announced, "" is none: some mail servers turn away who announces HTTP.
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""
    insecure: bool = False
    alpn: str = "http/1.1"


def context(tls: Tls, extra_ca: str = "") -> ssl.SSLContext:
    """A client's context that trusts the system's CAs, `extra_ca` and the service's own.

    Raises ConfigError that names the setting that is no PEM or does not fit.
    """
    made = ssl.create_default_context()
    if tls.alpn:
        made.set_alpn_protocols([tls.alpn])
    _trust(made, extra_ca, "the extra CA file")
    _trust(made, tls.ca, "ca")
    if tls.insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if tls.certificate:
        _present(made, tls)
    return made


def _trust(made: ssl.SSLContext, pem: str, setting: str) -> None:
    try:
        if pem:
            made.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise ConfigError(f"{setting}: not a certificate in PEM form") from None


def _present(made: ssl.SSLContext, tls: Tls) -> None:
    try:
        with _file(f"{tls.certificate}\n{tls.key}") as path:
            made.load_cert_chain(path, password="")
    except (ssl.SSLError, ValueError):
        raise ConfigError("certificate, key: not a certificate and its unencrypted key in PEM form") from None


@contextmanager
def _file(text: str) -> Iterator[Path]:
    """A file for as long as OpenSSL reads it: it takes client certificates from nowhere else."""
    with NamedTemporaryFile("w", dir=_MEMORY if _MEMORY.is_dir() else None) as file:
        file.write(text)
        file.flush()
        yield Path(file.name)
