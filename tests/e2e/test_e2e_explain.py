"""`rollouts-notifier explain`: a Rollout of a cluster or of a file; why, what would be sent, and what was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from notifier.model import Object
from notifier.sandbox.receivers import Reply
from tests.e2e.program import Finished, call, run
from tests.integration.daemon.stage import NAMESPACE, Stage, rollout, subscribed, until

ABORTED = "notifications.argoproj.io/subscribe.on-rollout-aborted.slack"
ABORTING = {"phase": "Degraded", "abort": True, "abortedAt": "2026-01-01T11:00:00Z", "stableRS": "a"}


async def explain(stage: Stage, *arguments: str) -> Finished:
    """Explain Rollout shop/web of a stage's cluster."""
    return await call("explain", "shop/web", "--server", stage.api.url, "--config-namespace", NAMESPACE, *arguments)


async def answers(stage: Stage, *arguments: str) -> dict[str, Any]:
    """The answers by service."""
    finished = await explain(stage, "-o", "json", *arguments)
    assert finished.err == ""
    return {one["service"]: one for one in json.loads(finished.out)["answers"]}


def written(path: Path, *objects: Object) -> str:
    path.write_text(yaml.safe_dump_all(objects))
    return str(path)


async def test_a_live_rollout_is_explained_with_what_its_daemon_sent_and_will_send_again(stage: Stage) -> None:
    stage.configure(stage.services("good", "busy", "gone"))
    stage.secret(unused="xoxb-nobody-may-see-this")
    stage.sink.reply(Reply(200, body=b"thanks"), path="/good")
    stage.sink.reply(Reply(503, {"Retry-After": "3600"}), path="/busy")
    stage.sink.reply(Reply(404, body=b"no such hook"), path="/gone")
    async with run(stage) as daemon:
        await daemon.ready()
        stage.put(rollout(mark=1, annotations=subscribed("good", "busy", "gone")))
        await stage.warned("could not be delivered to gone")
        await until(lambda: len(stage.told("busy")) == 1 and stage.told("good") == ["web 1"])
        store = ("--store", str(stage.store))
        await until(lambda: _has_tried(stage, *store))
        found = await answers(stage, *store)
        text = await explain(stage, *store)
    assert {service: one["verdict"] for service, one in found.items()} == dict.fromkeys(
        ("good", "busy", "gone"), "matches"
    )
    assert found["good"]["payload"]["message"] == "web 1"
    (good,), (busy,), (gone,) = (found[service]["sent"] for service in ("good", "busy", "gone"))
    assert (good["state"], good["attempts"], good["status"]) == ("delivered", 1, "200")
    assert (busy["state"], busy["attempts"], busy["status"]) == ("pending", 1, "503")
    assert busy["due"] > busy["created"]
    assert (gone["state"], gone["status"]) == ("dead", "404")
    assert "no such hook" in gone["why"]
    assert found["good"]["conditions"][0]["used"] is True
    first, _, verdict, *_ = text.out.splitlines()
    assert first == "Rollout shop/web"
    assert verdict.startswith("busy  on-mark matches, waits until ")
    assert f"rollouts-notifier deliveries retry {gone['id']}" in text.out
    assert "xoxb" not in text.out
    assert text.code == 0


async def _has_tried(stage: Stage, *store: str) -> bool:
    found = await answers(stage, *store)
    return all(found[service]["sent"][0].get("attempts") for service in ("good", "busy", "gone"))


async def test_what_cannot_work_is_said_with_the_nearest_right_name_and_exit_code_1(stage: Stage) -> None:
    stage.configure(stage.services("good"))
    stage.secret()
    stage.put(rollout(annotations={ABORTED.replace("slack", "god"): ""}))
    finished = await explain(stage)
    assert finished.code == 1
    assert "god  on-rollout-aborted is impossible: there is no service 'god'; did you mean 'good'?" in finished.out


async def test_what_is_not_in_the_cluster_is_remarked_on(stage: Stage) -> None:
    stage.put(rollout(annotations={ABORTED: "deploys"}))
    finished = await explain(stage)
    assert finished.code == 1
    first, second = finished.err.splitlines()
    assert first.startswith(
        f"ConfigMap {NAMESPACE}/rollouts-notifier-config cannot be read: {NAMESPACE} holds no ConfigMap"
    )
    assert second.startswith(f"Secret {NAMESPACE}/rollouts-notifier-secret cannot be read: {NAMESPACE} holds no Secret")
    assert "there is no service 'slack'" in finished.out


async def test_files_take_the_place_of_what_is_in_the_cluster(stage: Stage) -> None:
    stage.put(rollout(annotations={ABORTED: "deploys"}))
    data = {"service.slack": "token: $slack-token"}
    config = written(stage.folder / "c.yaml", {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": data})
    secret = {"kind": "Secret", "metadata": {"name": "s"}, "stringData": {"slack-token": "xoxb-1"}}
    finished = await explain(stage, "--config-map", config, "--secret", written(stage.folder / "s.yaml", secret))
    assert (finished.code, finished.err) == (0, "")


async def test_analysis_runs_of_the_cluster_count(stage: Stage) -> None:
    stage.configure(stage.services("good"))
    stage.secret()
    stage.put(rollout(annotations=subscribed("good", trigger="on-analysis-run-failed")))
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web", "uid": "uid-of-web"}
    metadata = {"name": "r", "namespace": "shop", "uid": "uid-of-r", "ownerReferences": [owner]}
    run_of_web = {"apiVersion": owner["apiVersion"], "kind": "AnalysisRun", "metadata": metadata}
    other = {"name": "s", "uid": "uid-of-s", "ownerReferences": [{**owner, "uid": "uid-of-another"}]}
    stage.put({**run_of_web, "status": {"phase": "Successful"}})
    stage.put({**run_of_web, "metadata": {**metadata, **other}, "status": {"phase": "Failed"}})
    alone = {"name": "t", "namespace": "shop", "uid": "uid-of-t"}
    stage.put({**run_of_web, "metadata": alone, "status": {"phase": "Failed"}})
    assert (await answers(stage))["good"]["verdict"] == "waits"
    stage.put({**run_of_web, "status": {"phase": "Failed"}})
    assert (await answers(stage))["good"]["verdict"] == "matches"


async def test_a_file_is_explained_without_a_cluster(tmp_path: Path) -> None:
    rollouts = written(tmp_path / "web.yaml", {**rollout(annotations={ABORTED: "deploys"}), "status": ABORTING})
    config = written(
        tmp_path / "config.yaml",
        {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"service.slack": "token: $slack-token"}},
    )
    secret = written(
        tmp_path / "secret.yaml", {"kind": "Secret", "metadata": {"name": "s"}, "stringData": {"slack-token": "xoxb-1"}}
    )
    finished = await call("explain", "-f", rollouts, "--config-map", config, "--secret", secret)
    assert (finished.code, finished.err) == (0, "")
    title, _, verdict, *_ = finished.out.splitlines()
    assert (title, verdict) == ("Rollout shop/web, Degraded", "slack deploys  on-rollout-aborted matches")


@pytest.mark.parametrize("output", ["json", "yaml"])
async def test_standard_input_may_hold_several_rollouts_of_which_one_is_chosen(output: str) -> None:
    both = yaml.safe_dump_all([rollout(name, annotations={ABORTED: "deploys"}) for name in ("web", "pay")]).encode()
    all_of_them = await call("explain", "-f", "-", "-o", output, stdin=both)
    one = await call("explain", "pay", "-n", "shop", "-f", "-", "-o", output, stdin=both)
    assert [found["name"] for found in yaml.safe_load(all_of_them.out)] == ["web", "pay"]
    assert yaml.safe_load(one.out)["name"] == "pay"


async def test_a_file_without_uids_finds_what_a_store_holds_of_that_name(stage: Stage) -> None:
    stage.configure(stage.services("good"))
    asked = rollout(annotations=subscribed("good", trigger="on-rollout-created"))
    async with run(stage) as daemon:
        await daemon.ready()
        stage.put(asked)
        await until(lambda: stage.told("good"))
        assert await daemon.stop() == 0
    del asked["metadata"]["uid"]
    path = written(stage.folder / "web.yaml", asked)
    finished = await call("explain", "-f", path, "--store", str(stage.store), "-o", "json")
    (found,) = json.loads(finished.out)["answers"]
    assert found["last"]
    assert [one["state"] for one in found["sent"]] == ["delivered"]


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        ((), 2, "say which: a ROLLOUT of the cluster, or a file with -f"),
        (("-f", "nowhere.yaml"), 2, "nowhere.yaml cannot be read: No such file or directory"),
        (("-f", "-"), 2, "- holds no Rollout"),
        (("web", "-f", "-", "-n", "shop"), 2, "- holds no Rollout shop/web"),
        (("shop/web", "-n", "pay"), 2, "--namespace pay contradicts shop/web"),
        (("web", "--store", "nowhere.db"), 2, "there is no store nowhere.db"),
        (("web", "--server", "http://127.0.0.1:1"), 1, "the cluster does not tell of Rollout default/web"),
        (("web", "--server", "http://127.0.0.1:1", "--context", "x"), 2, "--context is of a kubeconfig"),
        (("web", "--kubeconfig", "/nowhere"), 1, "kubeconfig /nowhere cannot be used"),
    ],
)
async def test_what_cannot_be_explained_is_one_sentence(arguments: tuple[str, ...], code: int, why: str) -> None:
    finished = await call("explain", *arguments, stdin=b"kind: ConfigMap\n")
    assert (finished.code, finished.out) == (code, "")
    assert why in finished.err
    assert "Traceback" not in finished.err


@pytest.mark.parametrize(
    ("stdin", "code", "why"),
    [
        ("{kind: Rollout, metadata: {name: web}, spec: {replicas: many}}", 1, "got `str` - at `$.spec.replicas`"),
        ("kind: Rollout\nmetadata: [1]", 2, "-:1: a Rollout needs `metadata` with a `name`"),
        ("a: b: c", 2, "-:1: "),
        (
            "{kind: Rollout, metadata: {name: web}}\n--- {kind: AnalysisRun, status: []}",
            1,
            "AnalysisRun cannot be read",
        ),
        ('{"kind": "Rollout", "metadata": {"name": "\\ud800"}}', 2, "invalid Unicode"),
    ],
)
async def test_what_is_no_rollout_is_refused_in_one_sentence(stdin: str, code: int, why: str) -> None:
    finished = await call("explain", "-f", "-", stdin=stdin.encode())
    assert (finished.code, finished.out) == (code, "")
    assert why in finished.err
    assert "Traceback" not in finished.err


async def test_odd_owners_do_not_matter() -> None:
    run_of_nobody = "{kind: AnalysisRun, metadata: {name: r, uid: u, ownerReferences: [5]}}"
    finished = await call("explain", "-f", "-", stdin=f"{run_of_nobody}\n--- {json.dumps(rollout())}".encode())
    assert (finished.code, finished.out.splitlines()[0]) == (0, "Rollout shop/web")


async def test_a_rollout_that_is_not_there_is_one_sentence(stage: Stage) -> None:
    finished = await explain(stage)
    assert (finished.code, finished.out) == (1, "")
    assert finished.err.startswith("Error: there is no Rollout shop/web: shop holds no Rollout of this name")


@pytest.mark.parametrize(("rollouts", "verdict"), [(("web",), "matches"), (("web", "pay"), "waits")])
async def test_in_a_file_of_one_rollout_what_has_no_owner_is_its_own(rollouts: tuple[str, ...], verdict: str) -> None:
    asked = subscribed("hook", trigger="on-analysis-run-failed")
    stray = {"kind": "AnalysisRun", "metadata": {"name": "r"}, "status": {"phase": "Failed"}}
    stdin = yaml.safe_dump_all([*(rollout(name, annotations=asked) for name in rollouts), stray]).encode()
    finished = await call("explain", "web", "-f", "-", "-o", "json", stdin=stdin)
    assert [one["verdict"] for one in json.loads(finished.out)["answers"]] == [verdict]
