"""URLs taken apart and put together, as Go's `net/url` does."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from notifier.gotemplate.fault import Fault
from notifier.gotemplate.formatting import formatted
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.values import decode, encode, kind_name

_PATH, _USER, _FRAGMENT = "$&+,/:;=@", "$&+,;=", "$&+,/:;=?@!()*"
_HOST = "!$&'()*+,;=:[]<>\""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(.*)", re.DOTALL)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_HOST_ESCAPE = re.compile(r"%(?!25)[0-7][0-9A-Fa-f]")
_BAD_HOST = re.compile(r"[\x00-\x20\\^`{|}#?@/]")
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PORT = re.compile(r"(?::[0-9]*)?")
_PARTS = ("scheme", "host", "path", "query", "opaque", "fragment", "userinfo")


def _unescaped(text: str) -> str:
    bad = _BAD_ESCAPE.search(text)
    if bad:
        raise Fault(f"invalid URL escape {formatted('%q', [bad[0]])}")
    return decode(unquote_to_bytes(encode(text))) if "%" in text else text


def _escaped(text: str, unescaped: str) -> str:
    return quote(encode(text), safe=unescaped)


def _parse(text: str) -> dict[str, Any]:
    """Take a URL apart; raises Fault if it is none."""
    rest, _, fragment = text.partition("#")
    try:
        parts = _parsed(rest)
        parts["fragment"] = _unescaped(fragment)
    except Fault as fault:
        raise Fault(f"unable to parse url: parse {formatted('%q', [rest])}: {fault.message}") from None
    return parts


def _parsed(text: str) -> dict[str, Any]:
    if _CONTROL.search(text):
        raise Fault("net/url: invalid control character in URL")
    parts: dict[str, Any] = {**dict.fromkeys(_PARTS, ""), "hostname": ""}
    scheme, rest = _scheme(text)
    rest, _, query = rest.partition("?")
    parts.update(scheme=scheme.lower(), query=query)
    if scheme and not rest.startswith("/"):
        return parts | {"opaque": rest}
    if ":" in rest.partition("/")[0]:
        raise Fault("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        userinfo, host = _authority(authority)
        parts.update(userinfo=userinfo, host=host, hostname=_hostname(host))
        rest = slash + path
    return parts | {"path": _unescaped(rest)}


def _scheme(text: str) -> tuple[str, str]:
    if text.startswith(":"):
        raise Fault("missing protocol scheme")
    match = _SCHEME.fullmatch(text)
    return (match[1], match[2]) if match else ("", text)


def _authority(text: str) -> tuple[str, str]:
    userinfo, _, host = text.rpartition("@")
    there = _host(host)
    if not _USERINFO.fullmatch(userinfo):
        raise Fault("net/url: invalid userinfo")
    return ":".join(_escaped(_unescaped(part), _USER) for part in userinfo.split(":", 1)), there


def _host(host: str) -> str:
    address, bracket, port = host.rpartition("]")
    if "[" in host:
        if not host.startswith("["):
            raise Fault("invalid IP-literal")
        if not bracket:
            raise Fault("missing ']' in host")
        _check_address(address[1:])
    else:
        port = host[host.find(":") :] if ":" in host else ""
    if not _PORT.fullmatch(port):
        raise Fault(f"invalid port {formatted('%q', [port])} after host")
    return _unescaped_host(host)


def _check_address(address: str) -> None:
    try:
        IPv6Address(address.replace("%25", "%", 1))
    except AddressValueError:
        raise Fault("invalid host: no IP address") from None


def _unescaped_host(host: str) -> str:
    bad = _BAD_HOST.search(host)
    if bad:
        raise Fault(f"invalid character {formatted('%q', [bad[0]])} in host name")
    escape = _HOST_ESCAPE.search(host)
    if escape:
        raise Fault(f"invalid URL escape {formatted('%q', [escape[0]])}")
    return _unescaped(host)


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host[1:].rpartition("]")[0]
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() | (not port) else host


def _text(parts: dict[str, Any], name: str) -> str:
    value = parts.get(name, "")
    if isinstance(value, str):
        return value
    kind = "nil" if value is None else kind_name(value)
    raise Fault(f"unable to parse {name} key, must be of type string, but {kind} found")


def _joined(parts: dict[str, Any] | None) -> str:
    """Put a URL together of what `urlParse` gives."""
    scheme, host, path, query, opaque, fragment, userinfo = (_text(parts or {}, name) for name in _PARTS)
    text = f"{scheme}:" if scheme else ""
    text += opaque or _hierarchy(text, _user(userinfo), host, path)
    text += f"?{query}" if query else ""
    return text + (f"#{_escaped(fragment, _FRAGMENT)}" if fragment else "")


def _user(userinfo: str) -> str:
    if not userinfo:
        return ""
    try:
        user = _parsed(f"proto://{userinfo}@host")["userinfo"]
    except Fault as fault:
        raise Fault(f"unable to parse userinfo in dict: {fault.message}") from None
    return f"{user}@" if user else ""


def _hierarchy(scheme: str, user: str, host: str, path: str) -> str:
    """Write user, host and path so that each is read as what it is."""
    authority = ""
    if (scheme or host or user) and (host or path or user):
        authority = f"//{user}{_escaped(host, _HOST)}"
    escaped = "*" if path == "*" else _escaped(path, _PATH)
    if escaped and host and not escaped.startswith("/"):
        escaped = "/" + escaped
    if not scheme and not authority and ":" in escaped.partition("/")[0]:
        escaped = "./" + escaped
    return authority + escaped


URLS = declared(
    ("urlParse", "string", _parse),
    ("urlJoin", "dict", _joined),
)
