"""The peer itself: what others compare with must be what they think it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.peer import Peer, PeerDiedError


def test_it_answers_in_order(peer: Peer) -> None:
    answers = peer.ask_all({"do": "expr", "expr": f"{n} + 1"} for n in range(200))
    assert [answer["result"] for answer in answers] == list(range(1, 201))


def test_what_it_cannot_do_is_an_error(peer: Peer) -> None:
    assert peer.ask({"do": "sing"}) == {"error": 'no command "sing"'}


def test_numbers_are_whole_or_not_as_json_writes_them(peer: Peer) -> None:
    answer = peer.ask({"do": "expr", "expr": "[a, b, a / 2]", "env": {"a": 1, "b": 1.0}})
    assert [repr(number) for number in answer["result"]] == ["1", "1.0", "0.5"]


def test_any_text_comes_back_as_it_was(peer: Peer) -> None:
    text = "\u2028 <é&\x00> \n 🚀"
    assert peer.ask({"do": "expr", "expr": "a", "env": {"a": text}}) == {"result": text}


def test_its_death_is_told_with_its_last_words(tmp_path: Path) -> None:
    short_lived = tmp_path / "short-lived"
    short_lived.write_text("#!/bin/sh\nread request\necho goodbye >&2\n")
    short_lived.chmod(0o700)
    with Peer(short_lived) as peer:
        for _ in range(2):
            with pytest.raises(PeerDiedError, match="goodbye"):
                peer.ask({"do": "config"})
