"""Paths with slashes; those of the machine are the same."""

from __future__ import annotations

import posixpath

from notifier.gotemplate.sprig.declared import declared


def _clean(path: str) -> str:
    short = posixpath.normpath(path)
    return short[1:] if short.startswith("//") else short


def _base(path: str) -> str:
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def _dir(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return _clean(head + slash)


def _ext(path: str) -> str:
    _, dot, end = path.rpartition("/")[2].rpartition(".")
    return dot + end if dot else ""


PATHS = declared(
    ("base osBase", "string", _base),
    ("dir osDir", "string", _dir),
    ("clean osClean", "string", _clean),
    ("ext osExt", "string", _ext),
    ("isAbs osIsAbs", "string", lambda path: path.startswith("/")),
)
