"""What reaches standard error, and that no secret does."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given, strategies as st

from notifier.logs import Redaction, configure
from notifier.redaction import MASK

CANARY = "xoxb-canary-4711"
CERTIFIED = "-----BEGIN KEY-----\nMIIcanaryA+/=\nMIIcanaryB\n-----END KEY-----\n"
QUOTED = 'p"a\\ss wörd'

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Give back to pytest what `configure` changes."""
    root, raises = logging.getLogger(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What JSON lines were written since the last call."""

    def read() -> list[dict[str, Any]]:
        captured = capsys.readouterr()
        assert not captured.out
        return [json.loads(line) for line in captured.err.splitlines()]

    return read


def set_up() -> None:
    """Log as JSON with three secrets; not in a fixture, as pytest gives each phase a standard error of its own."""
    configure("json", "info", lambda: [CANARY, CERTIFIED, QUOTED])


def masked(*secrets: str, **values: Any) -> dict[str, Any]:
    return dict(Redaction(lambda: secrets)(None, "info", values))


def test_a_line_says_when_how_grave_who_and_what_in_this_order(lines: Lines) -> None:
    set_up()
    structlog.get_logger("notifier.some").warning("watching is disturbed", kind="Rollout", again_in=1.5)
    (line,) = lines()
    when = datetime.fromisoformat(line.pop("timestamp"))
    assert when.tzinfo == UTC
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)
    assert list(line.items()) == [
        ("level", "warning"),
        ("logger", "notifier.some"),
        ("event", "watching is disturbed"),
        ("kind", "Rollout"),
        ("again_in", 1.5),
    ]


def test_loggers_made_before_the_set_up_follow_it(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger("early")
    configure("json", "error", list)
    log.warning("not grave enough")
    log.error("grave")
    assert json.loads(capsys.readouterr().err)["event"] == "grave"


def test_libraries_are_heard_in_the_same_form_from_warning_on(lines: Lines) -> None:
    set_up()
    for name in ("aiohttp.server", "kubernetes_asyncio.client.rest", "asyncio"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("%s of %s", "trouble", name)
    logging.getLogger("other").info("heard")
    told = [(line["level"], line["logger"], line["event"]) for line in lines()]
    assert told == [
        ("warning", "aiohttp.server", "trouble of aiohttp.server"),
        ("warning", "kubernetes_asyncio.client.rest", "trouble of kubernetes_asyncio.client.rest"),
        ("warning", "asyncio", "trouble of asyncio"),
        ("info", "other", "heard"),
    ]


def test_what_is_bound_to_a_task_is_on_its_lines(lines: Lines) -> None:
    set_up()
    with structlog.contextvars.bound_contextvars(delivery=7, token=CANARY):
        structlog.get_logger().info("sent")
    structlog.get_logger().info("idle")
    first, second = lines()
    assert (first["delivery"], first["token"]) == (7, MASK)
    assert "delivery" not in second


def test_secrets_are_masked_in_event_values_and_library_messages(lines: Lines) -> None:
    set_up()
    structlog.get_logger().info(
        "token " + CANARY, nested={"a": [CANARY, {CANARY: ("x", CANARY)}]}, raw=CANARY.encode(), number=12
    )
    logging.getLogger("other").warning("took %r", {"password": QUOTED})
    first, second = lines()
    assert first["event"] == f"token {MASK}"
    assert first["nested"] == {"a": [MASK, {MASK: ["x", MASK]}]}
    assert (first["raw"], first["number"]) == (MASK, 12)
    assert second["event"] == f"took {{'password': '{MASK}'}}"


def test_secrets_are_masked_in_tracebacks_causes_and_groups_included(lines: Lines) -> None:
    set_up()
    group = ExceptionGroup("several", [KeyError(QUOTED), RuntimeError(CANARY), ValueError(CERTIFIED)])
    group.__cause__ = ValueError(CERTIFIED)
    structlog.get_logger().error("failed", exc_info=group)
    logging.getLogger("other").error("failed", exc_info=group)
    told = lines()
    assert len(told) == 2
    for line in told:
        assert line["level"] == "error"
        assert "ValueError" in line["exception"]
        assert "RuntimeError" in line["exception"]
        for secret in ("canary", QUOTED, repr(QUOTED)[1:-1]):
            assert secret not in line["exception"]


class Custom(NamedTuple):
    token: str


class Loud(Exception):
    pass


@pytest.mark.parametrize("value", [Custom(QUOTED), Loud(QUOTED), Loud(Loud(QUOTED)), {QUOTED}, json.dumps([QUOTED])])
def test_secrets_are_masked_in_what_is_no_text(value: object) -> None:
    shown = str(masked(QUOTED, value=value)["value"])
    assert MASK in shown
    assert "ss w" not in shown


@pytest.mark.parametrize("configured", ["json", "console"])
def test_a_line_that_cannot_be_made_is_lost_rather_than_shown(
    configured: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable() -> list[str]:
        raise LookupError("gone")

    configure(configured, "info", unavailable)
    structlog.get_logger().info(CANARY)
    assert CANARY not in "".join(capsys.readouterr())


def test_people_get_one_readable_line_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure("console", "debug", lambda: [CANARY])
    structlog.get_logger("notifier").error("failed", recipient="#shop", exc_info=ValueError(CANARY))
    text = capsys.readouterr().err
    assert "failed" in text.splitlines()[0]
    assert "recipient=#shop" in text.splitlines()[0]
    assert f"ValueError: {MASK}" in text
    assert "canary" not in text


def test_rotated_secrets_are_masked_from_the_next_line_on() -> None:
    secrets = ["first-secret"]
    redaction = Redaction(lambda: secrets)
    assert redaction(None, "info", {"event": "first-secret second-secret"}) == {"event": f"{MASK} second-secret"}
    secrets[0] = "second-secret"
    assert redaction(None, "info", {"event": "first-secret second-secret"}) == {"event": f"first-secret {MASK}"}


def test_short_values_are_no_secrets_and_our_own_words_are_never_masked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("json", "info", lambda: ["", "a", "abc", "\n", "info"])
    structlog.get_logger("some").info("abcd a info")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"]) == (f"abcd a {MASK}", "info")


def test_the_exception_being_handled_is_told(lines: Lines) -> None:
    set_up()
    try:
        int(CANARY)
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines()
    assert line["exception"].splitlines()[-1] == f"ValueError: invalid literal for int() with base 10: '{MASK}'"


def test_of_two_secrets_the_longer_is_masked_whole() -> None:
    assert masked("hook", "hook-secret-tail", event="a hook-secret-tail, a hook")["event"] == f"a {MASK}, a {MASK}"


def test_numbers_stay_numbers_unless_they_hold_a_secret() -> None:
    assert masked("4711", a=4711, b=14711.5, c=12, d=None, e=True) == {
        "a": MASK,
        "b": f"1{MASK}.5",
        "c": 12,
        "d": None,
        "e": True,
    }


@given(
    st.lists(st.text(min_size=4, max_size=12).filter(lambda text: len(text.strip()) > 3), max_size=4),
    st.sampled_from([str, quote, lambda text: json.dumps(text)[1:-1], lambda text: repr(text)[1:-1]]),
)
def test_no_spelling_of_a_secret_survives(secrets: list[str], spell: Callable[[str], str]) -> None:
    text = "\x00".join(spell(secret) for secret in secrets)
    shown = masked(*secrets, event=text)["event"]
    assert all(spell(secret) not in shown or secret in MASK for secret in secrets)
