from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.errors import NotifierError
from notifier.kube import errors
from notifier.kube.errors import KubeError, refusal


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (410, errors.Gone),
        (429, errors.Throttled),
        (500, errors.Unavailable),
        (502, errors.Unavailable),
        (599, errors.Unavailable),
        (301, errors.Refused),
        (400, errors.Refused),
        (422, errors.Refused),
    ],
)
def test_a_status_has_its_error_whether_it_is_https_or_the_bodys(status: int, kind: type[KubeError]) -> None:
    body = json.dumps({"kind": "Status", "code": status, "message": "because"}).encode()
    for error in (refusal(status, b""), refusal(status, body), refusal(0, body)):
        assert type(error) is kind
    assert str(refusal(0, body)) == f"HTTP {status}: because"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "HTTP 503: no text"),
        (b"<html>\n  <h1>Bad\tGateway</h1>\n</html>", "HTTP 503: <html> <h1>Bad Gateway</h1> </html>"),
        (b"\xff\xfe", "HTTP 503: \ufffd\ufffd"),
        (b'{"kind": "Status", "message": 5}', 'HTTP 503: {"kind": "Status", "message": 5}'),
        (b'{"kind": "Rollout", "message": "an object"}', 'HTTP 503: {"kind": "Rollout", "message": "an object"}'),
    ],
)
def test_a_body_that_is_no_status_is_quoted_on_one_line(body: bytes, text: str) -> None:
    assert str(refusal(503, body)) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "code", "message", "details", "causes", "reason"]), inner)
    ),
    max_leaves=12,
)


@given(
    status=st.integers(0, 999), body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()), wait=st.text()
)
def test_whatever_is_answered_there_is_one_short_error_for_it(status: int, body: bytes, wait: str) -> None:
    error = refusal(status, body, wait)
    assert isinstance(error, NotifierError)
    assert len(str(error)) <= 256
    assert 0 <= error.retry_after <= 300


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    def family(kind: type[Any]) -> set[str]:
        return {kind.__name__}.union(*(family(child) for child in kind.__subclasses__()))

    drawn = {line.strip(" │├└─").split()[0] for line in (errors.__doc__ or "").splitlines() if "──" in line}
    assert drawn | {"KubeError"} == family(KubeError)
    reasons = [kind.reason for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KubeError)]
    assert len(reasons) == len(set(reasons))
