"""The YAML in the pages works: `validate` says so, and of what is deliberately wrong it says what the page does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from notifier.services import http
from notifier.validation.check import validate
from notifier.validation.documents import File
from tests.docs.markdown import DOCS, ROOT, Block, blocks

ENTRY = re.compile(r"(service|trigger|template|defaultTriggers)\..+|subscriptions|defaultTriggers|context")
OURS = {"ConfigMap", "Secret", "Rollout"}
WRONG = "wrong: "
SERVICES = {
    "service.slack": "token: $slack-token",
    "service.email": "{host: smtp.example.com, from: deploys@example.com}",
    "service.webhook.hooks": "url: https://hooks.example.com/rollouts",
}
"""What examples take for granted."""


def objects(block: Block) -> list[dict[str, Any]]:
    """What is to be checked in a block: its own objects, or its entries in a ConfigMap; nothing of other YAML."""
    documents = list(yaml.safe_load_all(block.text))
    if all(isinstance(one, dict) and one and all(map(ENTRY.fullmatch, one)) for one in documents):
        return [_config_map({key: text for one in documents for key, text in one.items()})]
    return [one for one in documents if isinstance(one, dict) and one.get("kind") in OURS]


def _config_map(data: dict[str, str]) -> dict[str, Any]:
    return {"kind": "ConfigMap", "metadata": {"name": "rollouts-notifier-config"}, "data": data}


def manifests(block: Block) -> str:
    """A block's objects with what they take for granted, as one file."""
    own = objects(block)
    for one in own:
        if one["kind"] == "ConfigMap":
            one["data"] = {key: text for key, text in SERVICES.items() if key not in one["data"]} | one["data"]
    if not any(one["kind"] == "ConfigMap" for one in own):
        own.append(_config_map(SERVICES))
    for one in own:
        one["metadata"]["namespace"] = "argo-rollouts"
    keys = {key for one in own for text in one.get("data", {}).values() for key in re.findall(r"\$([\w-]+)", text)}
    secret = {"kind": "Secret", "metadata": {"name": "rollouts-notifier-secret", "namespace": "argo-rollouts"}}
    return yaml.safe_dump_all([*own, {**secret, "stringData": dict.fromkeys(keys, "xoxb-example")}])


async def problems(text: str) -> list[str]:
    """What `validate` says of a file."""
    async with http.connect({}) as client:
        return [f"{one.key}: {one.message}" for one in validate([File("example", text)], client).findings]


EXAMPLES = [
    block
    for page in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
    for block in blocks(page)
    if block.language == "yaml" and objects(block)
]
RIGHT = [block for block in EXAMPLES if not block.remark.startswith(WRONG)]
MISTAKEN = [block for block in EXAMPLES if block.remark.startswith(WRONG)]


@pytest.mark.parametrize("block", RIGHT, ids=str)
async def test_an_example_has_no_problems(block: Block) -> None:
    assert await problems(manifests(block)) == []


@pytest.mark.parametrize("block", MISTAKEN, ids=str)
async def test_of_an_example_that_is_wrong_exactly_that_is_said(block: Block) -> None:
    (problem,) = await problems(manifests(block))
    assert block.remark.removeprefix(WRONG) in problem


def test_the_pages_have_examples_of_everything_that_is_configured() -> None:
    pages = {Path(block.page).stem for block in EXAMPLES}
    assert pages >= {"README", "subscriptions", "triggers", "templates", "services", "install", "tutorial"}
    assert len(RIGHT) > 15
    assert len(MISTAKEN) > 3


def test_every_remark_of_a_block_is_one_that_is_understood() -> None:
    remarks = [block.remark for page in DOCS.rglob("*.md") for block in blocks(page) if block.remark]
    assert [remark for remark in remarks if not remark.startswith(WRONG)] == []
