"""Every seed scenario under its own name: all of them at once, a list of them, and names that are none."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from notifier.demo.catalogue import plain, stories
from notifier.demo.expectations import IN_ORDER, SCALING
from notifier.demo.stories import EMAIL, SLACK, WEBHOOK
from tests.integration.demo.running import Running, demo

RECORDINGS = Path(__file__).parents[2] / "recordings"
EXPECT: dict[str, Any] = json.loads((RECORDINGS / "expect.json").read_text())
NAMES = [name for name in EXPECT if name.startswith("s")]


async def _ended(*options: str) -> Running:
    async with demo(*options) as running:
        running.code = await running.ended()
    return running


async def test_all_scenarios_tell_what_argo_told_in_its_order_and_what_it_never_tells() -> None:
    running = await _ended("--scenario=all", "--speed=100", "--exit", "--json")
    *deliveries, summary = running.lines()
    assert (running.code, summary["missing"], summary["unexpected"]) == (0, [], [])
    assert sorted(map(plain, summary["scenarios"])) == sorted(NAMES)
    assert len({d["key"] for d in deliveries}) == len(deliveries) == summary["delivered"] == summary["expected"]
    assert {d["service"] for d in deliveries} == {WEBHOOK, SLACK, EMAIL}
    for name in NAMES:
        told = [d["reason"] for d in deliveries if plain(d["scenario"]) == name and d["service"] == WEBHOOK]
        assert [reason for reason in told if reason in IN_ORDER] == EXPECT[name]["order"]
        others = Counter(reason for reason in told if reason not in IN_ORDER)
        assert others == Counter(EXPECT[name]["also"]) + Counter({SCALING: EXPECT[name]["argo"][SCALING]})


async def test_without_a_recording_a_story_is_written_and_says_so(tmp_path: Path) -> None:
    options = ("--speed=100", "--exit", f"--recordings={tmp_path}")
    running = await _ended("--scenario=s004-bluegreen-abort", *options)
    assert running.code == 0
    assert "written as a controller would: the recording is not at hand" in running.text
    assert running.text.count("RolloutUpdated") == 1


async def test_dashes_stand_for_dots() -> None:
    async with demo("--scenario=s002-2-2-1-bluegreen") as running:
        await running.until(f"1/1  {stories()['s002-2.2.1-bluegreen'].title}")


async def test_the_list_says_where_each_story_comes_from_and_what_it_shows() -> None:
    running = await _ended("--list")
    assert running.code == 0
    names = [line.split()[:2] for line in running.text.splitlines() if line.startswith("s0")]
    assert names == [[name, "recorded"] for name in stories()]
    assert all(story.title in running.text for story in stories().values())
    assert "5 RolloutUpdated, RolloutCompleted, 4 RolloutStepCompleted" in running.text


async def test_the_list_is_there_for_programs(tmp_path: Path) -> None:
    running = await _ended("--list", "--json", f"--recordings={tmp_path}")
    listed = {line["name"]: line for line in running.lines()}
    assert listed["s004-bluegreen"]["origin"] == "written"
    assert listed["s004-bluegreen"]["shows"] == {
        "RolloutUpdated": 2,
        "RolloutCompleted": 2,
        "RolloutPaused": 1,
        SCALING: 3,
    }


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--scenario=s002-2.2.3-undo-abrt",),
            "there is no scenario 's002-2.2.3-undo-abrt' (--list shows all); did you mean 's002-2.2.3-undo-abort'?",
        ),
        (("--scenario=",), "there is no scenario '' (--list shows all)"),
        (("--kubeconfig=/no/file",), "Invalid value for '--kubeconfig': File '/no/file' does not exist."),
        (("--recordings=/no/folder",), "Invalid value for '--recordings': Directory '/no/folder' does not exist."),
        (("--speed=0",), "Invalid value for '--speed': 0.0 is not in the range x>=0.125."),
        ((f"--kubeconfig={__file__}", "--exit"), "--exit is about stories, and with --kubeconfig none is played."),
        (("--context=prod",), "--context is of a kubeconfig: say which with --kubeconfig."),
    ],
)
async def test_what_cannot_be_is_told_in_a_sentence(options: tuple[str, ...], sentence: str) -> None:
    running = await _ended(*options)
    assert running.code == 2
    assert running.errors.splitlines()[-1] == f"Error: {sentence}"


async def test_a_file_that_is_no_kubeconfig_is_told_in_a_sentence() -> None:
    running = await _ended(f"--kubeconfig={__file__}")
    assert running.code == 1
    assert running.errors.startswith(f"Error: kubeconfig {__file__} cannot be used: ")
    assert running.errors.count("\n") == 1


async def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = await _ended("--exit", f"--port={port}")
    assert running.code == 1
    assert running.errors == f"Error: the cluster cannot be served on port {port}: Address already in use\n"


async def test_ctrl_c_in_the_middle_of_all_is_clean() -> None:
    async with demo("--scenario=all") as running:
        await running.until("Idempotency-Key")
        running.interrupt()
        async with asyncio.timeout(10):
            assert await running.ended() == 0
