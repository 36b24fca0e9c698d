"""The API over HTTP: lists, writes, discovery and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notifier.sandbox.kinds import EVENTS, EXPERIMENTS, REPLICA_SETS, ROLLOUTS
from notifier.sandbox.store import Store
from notifier.sandbox.tables import table

if TYPE_CHECKING:
    from notifier.sandbox.server import ApiServer
    from tests.integration.sandbox.conftest import Api

MERGE = "application/merge-patch+json"
GUESTBOOK = "namespaces/shop/rollouts/guestbook"


async def test_what_was_created_is_got_and_listed(api: Api) -> None:
    created = await api.create("guestbook")
    await api.create("cart", "other")
    assert await api.call("GET", GUESTBOOK) == (200, created)
    assert await api.names("rollouts") == ["cart", "guestbook"]
    assert await api.names("namespaces/shop/rollouts") == ["guestbook"]


async def test_a_list_says_its_kind_and_resource_version(server: ApiServer, api: Api) -> None:
    _, found = await api.call("GET", "rollouts")
    assert (found["apiVersion"], found["kind"]) == ("argoproj.io/v1alpha1", "RolloutList")
    assert found["metadata"] == {"resourceVersion": str(server.store.resource_version)}
    assert found["items"] == []


async def test_items_of_built_in_kinds_do_not_say_their_kind_in_lists(api: Api) -> None:
    path = "/api/v1/namespaces/shop/configmaps"
    await api.call("POST", path, {"metadata": {"name": "settings"}, "data": {"a": "b"}})
    await api.create("guestbook")
    _, config_maps = await api.call("GET", path)
    _, rollouts = await api.call("GET", "rollouts")
    assert list(config_maps["items"][0]) == ["metadata", "data"]
    assert rollouts["items"][0]["kind"] == "Rollout"
    _, single = await api.call("GET", f"{path}/settings")
    assert single["kind"] == "ConfigMap"


async def test_selectors_narrow_a_list(api: Api) -> None:
    await api.create("guestbook", metadata={"labels": {"app": "web"}})
    await api.create("cart", metadata={"labels": {"app": "db"}})
    assert await api.names("rollouts", labelSelector="app in (web)") == ["guestbook"]
    assert await api.names("rollouts", fieldSelector="metadata.name=cart") == ["cart"]
    status, refusal = await api.call("GET", "rollouts", fieldSelector="spec.replicas=1")
    assert (status, refusal["reason"]) == (400, "BadRequest")


async def test_events_are_selected_by_what_they_are_about(api: Api) -> None:
    path = "/api/v1/namespaces/shop/events"
    for name, kind in (("a", "Rollout"), ("b", "Pod")):
        about = {"kind": kind, "name": "guestbook", "namespace": "shop", "uid": f"uid-{name}"}
        await api.call("POST", path, {"metadata": {"name": name}, "involvedObject": about, "reason": "Told"})
    assert await api.names(path, fieldSelector="involvedObject.kind=Rollout,involvedObject.name=guestbook") == ["a"]
    assert await api.names("/api/v1/events", fieldSelector="involvedObject.uid=uid-b") == ["b"]


async def test_pages_show_one_snapshot_whatever_is_written_meanwhile(api: Api) -> None:
    for name in "abcde":
        await api.create(name)
    status, first = await api.call("GET", "rollouts", limit="2")
    assert (status, first["metadata"]["remainingItemCount"]) == (200, 3)
    await api.call("DELETE", "namespaces/shop/rollouts/c")
    await api.create("bb")
    _, second = await api.call("GET", "rollouts", limit="2", **{"continue": first["metadata"]["continue"]})
    _, third = await api.call("GET", "rollouts", limit="2", **{"continue": second["metadata"]["continue"]})
    pages = [[item["metadata"]["name"] for item in page["items"]] for page in (first, second, third)]
    assert pages == [["a", "b"], ["c", "d"], ["e"]]
    assert len({page["metadata"]["resourceVersion"] for page in (first, second, third)}) == 1
    assert "continue" not in third["metadata"]


async def test_a_page_after_compaction_is_expired_and_a_false_token_is_bad(server: ApiServer, api: Api) -> None:
    for name in "abc":
        await api.create(name)
    _, first = await api.call("GET", "rollouts", limit="1")
    await api.create("d")
    server.faults.compact(ROLLOUTS)
    status, refusal = await api.call("GET", "rollouts", limit="1", **{"continue": first["metadata"]["continue"]})
    assert (status, refusal["reason"]) == (410, "Expired")
    assert (await api.call("GET", "rollouts", **{"continue": "x"}))[0] == 400


async def test_a_list_is_not_older_than_asked_and_exact_if_asked(api: Api) -> None:
    before = (await api.create("a"))["metadata"]["resourceVersion"]
    await api.create("b")
    assert await api.names("rollouts", resourceVersion=before) == ["a", "b"]
    assert await api.names("rollouts", resourceVersion=before, resourceVersionMatch="Exact") == ["a"]
    status, refusal = await api.call("GET", "rollouts", resourceVersion="999999")
    assert (status, refusal["details"]["causes"][0]["reason"]) == (504, "ResourceVersionTooLarge")


async def test_a_put_replaces_and_is_held_to_the_version_it_was_made_from(api: Api) -> None:
    created = await api.create("guestbook")
    status, replaced = await api.call("PUT", GUESTBOOK, created | {"spec": {"replicas": 2}})
    assert (status, replaced["metadata"]["generation"]) == (200, 2)
    status, refusal = await api.call("PUT", GUESTBOOK, created | {"spec": {"replicas": 3}})
    assert (status, refusal["reason"]) == (409, "Conflict")
    del created["metadata"]["resourceVersion"]
    status, refusal = await api.call("PUT", GUESTBOOK, created)
    assert (status, refusal["reason"]) == (422, "Invalid")


async def test_patches_of_three_languages_patch(api: Api) -> None:
    await api.create("guestbook", metadata={"annotations": {"a": "1", "b": "2"}})
    await api.call("PATCH", GUESTBOOK, {"metadata": {"annotations": {"a": None, "c": "3"}}}, language=MERGE)
    operations = [{"op": "replace", "path": "/spec/replicas", "value": 5}]
    _, patched = await api.call("PATCH", GUESTBOOK, operations, language="application/json-patch+json")
    assert patched["metadata"]["annotations"] == {"b": "2", "c": "3"}
    assert patched["spec"] == {"replicas": 5}
    applied = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new"}, "data": {"a": "b"}}
    path = "/api/v1/namespaces/shop/configmaps/new"
    for _ in range(2):
        _, made = await api.call("PATCH", path, applied, language="application/apply-patch+yaml")
        assert made["data"] == {"a": "b"}


async def test_custom_resources_take_no_strategic_merge_patch(api: Api) -> None:
    await api.create("guestbook")
    status, refusal = await api.call("PATCH", GUESTBOOK, {}, language="application/strategic-merge-patch+json")
    assert (status, refusal["reason"]) == (415, "UnsupportedMediaType")


async def test_a_patch_that_names_an_older_version_is_a_conflict(api: Api) -> None:
    created = await api.create("guestbook")
    version = created["metadata"]["resourceVersion"]
    for replicas, expected in ((2, 200), (3, 409)):
        patch = {"metadata": {"resourceVersion": version}, "spec": {"replicas": replicas}}
        assert (await api.call("PATCH", GUESTBOOK, patch, language=MERGE))[0] == expected


async def test_status_is_written_through_its_subresource_only(api: Api) -> None:
    await api.create("guestbook", status={"phase": "Healthy"})
    patch = {"status": {"phase": "Degraded"}, "spec": {"replicas": 9}}
    _, ignored = await api.call("PATCH", GUESTBOOK, {"status": patch["status"]}, language=MERGE)
    assert "status" not in ignored
    status, reported = await api.call("PATCH", f"{GUESTBOOK}/status", patch, language=MERGE)
    assert (status, reported["status"], reported["spec"]) == (200, {"phase": "Degraded"}, {"replicas": 1})
    assert reported["metadata"]["generation"] == 1
    assert (await api.call("GET", f"{GUESTBOOK}/status"))[1] == reported


async def test_deletion_answers_who_is_gone_and_a_collection_goes_by_selector(api: Api) -> None:
    created = await api.create("guestbook")
    status, answer = await api.call("DELETE", GUESTBOOK, {"preconditions": {"uid": created["metadata"]["uid"]}})
    assert (status, answer["status"], answer["details"]["uid"]) == (200, "Success", created["metadata"]["uid"])
    for name in "ab":
        await api.create(name, metadata={"labels": {"app": name}})
    _, deleted = await api.call("DELETE", "namespaces/shop/rollouts", labelSelector="app=a")
    assert [item["metadata"]["name"] for item in deleted["items"]] == ["a"]
    assert await api.names("rollouts") == ["b"]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", GUESTBOOK, None, (404, "NotFound")),
        ("DELETE", GUESTBOOK, None, (404, "NotFound")),
        ("PATCH", GUESTBOOK, {}, (415, "UnsupportedMediaType")),
        ("PUT", "rollouts", {}, (405, "MethodNotAllowed")),
        ("POST", GUESTBOOK, {}, (405, "MethodNotAllowed")),
        ("POST", "rollouts", {"metadata": {"name": "a"}}, (400, "BadRequest")),
        ("POST", "namespaces/shop/rollouts", {"metadata": {"name": "a", "namespace": "b"}}, (400, "BadRequest")),
        ("POST", "namespaces/shop/rollouts", {"kind": "Pod", "metadata": {"name": "a"}}, (400, "BadRequest")),
        ("POST", "namespaces/shop/rollouts", {"metadata": {}}, (422, "Invalid")),
        ("POST", "namespaces/shop/rollouts", [], (400, "BadRequest")),
        ("GET", "namespaces/shop/sonnets", None, (404, "NotFound")),
        ("GET", "rollouts/guestbook", None, (404, "NotFound")),
        ("GET", "namespaces/shop/analysisruns/a/status", None, (404, "NotFound")),
        ("GET", "/apis/nobody/v1/sonnets", None, (404, "NotFound")),
        ("GET", "rollouts?limit=many", None, (400, "BadRequest")),
        ("GET", "rollouts?watch=1&resourceVersion=old", None, (400, "BadRequest")),
        ("GET", "rollouts?watch=true&sendInitialEvents=true", None, (422, "Invalid")),
        ("DELETE", "rollouts?dryRun=All", None, (400, "BadRequest")),
    ],
)
async def test_every_refusal_is_a_status_object(
    api: Api, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    status, refusal = await api.call(method, path, body)
    assert (status, refusal["reason"]) == expected
    assert (refusal["kind"], refusal["status"], refusal["code"]) == ("Status", "Failure", status)
    assert refusal["message"]


async def test_other_encodings_than_json_are_refused(api: Api) -> None:
    protobuf = "application/vnd.kubernetes.protobuf"
    status, _ = await api.call("POST", "namespaces/shop/rollouts", {}, language=protobuf)
    assert status == 415
    async with api.session.get(api.at("rollouts"), headers={"Accept": protobuf}) as answer:
        assert answer.status == 406


async def test_a_body_that_is_no_json_and_a_patch_of_nothing_are_refused(api: Api) -> None:
    path = api.at("namespaces/shop/rollouts")
    async with api.session.post(path, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert (answer.status, (await answer.json())["reason"]) == (400, "BadRequest")
    status, refusal = await api.call("PATCH", GUESTBOOK, {}, language=MERGE)
    assert (status, refusal["reason"]) == (404, "NotFound")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api", "APIVersions"),
        ("/apis", "APIGroupList"),
        ("/apis/argoproj.io", "APIGroup"),
        ("/api/v1", "APIResourceList"),
        ("/apis/nobody", "Status"),
        ("/apis/nobody/v1", "Status"),
        ("/openapi/v3/apis/nobody/v1", "Status"),
    ],
)
async def test_a_client_can_find_out_what_is_served(api: Api, path: str, kind: str) -> None:
    status, found = await api.call("GET", path)
    assert (status, found["kind"]) == (404 if kind == "Status" else 200, kind)


async def test_the_server_says_its_version_and_that_it_is_ready(api: Api) -> None:
    assert (await api.call("GET", "/version"))[1]["gitVersion"] == "v1.37.0+sandbox"
    async with api.session.get(api.at("/readyz")) as answer:
        assert await answer.text() == "ok"


@pytest.mark.parametrize(("include", "kind"), [("", "PartialObjectMetadata"), ("Object", "Rollout"), ("None", None)])
async def test_a_row_holds_as_much_of_its_object_as_asked(api: Api, include: str, kind: str | None) -> None:
    await api.create("guestbook")
    api.session.headers["Accept"] = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    _, shown = await api.call("GET", "rollouts", includeObject=include)
    (row,) = shown["rows"]
    assert (shown["kind"], row["cells"][:2], row.get("object", {}).get("kind")) == ("Table", ["guestbook", 1], kind)


@pytest.mark.parametrize(
    ("seconds", "age"), [(-5, "0s"), (599, "599s"), (600, "10m"), (10799, "179m"), (10800, "3h"), (172800, "2d")]
)
def test_an_age_is_told_in_the_unit_that_suits_it(seconds: float, age: str) -> None:
    created = Store(now=lambda: 1_000_000).create(ROLLOUTS, {"metadata": {"name": "a", "namespace": "shop"}})
    assert table(ROLLOUTS, [created], include="None", now=1_000_000 + seconds)["rows"][0]["cells"][-1] == age


def test_an_age_that_is_not_known_is_said_to_be_unknown() -> None:
    event = Store().create(EVENTS, {"metadata": {"name": "a", "namespace": "shop"}})
    assert table(EVENTS, [event], include="None", now=0)["rows"][0]["cells"][0] == "<unknown>"


async def test_tokens_are_accepted_as_long_as_they_are_listed(server: ApiServer, api: Api) -> None:
    server.access.tokens = {"first"}
    api.session.headers["Authorization"] = "Bearer first"
    assert (await api.call("GET", "rollouts"))[0] == 200
    server.access.tokens = {"second"}
    status, refusal = await api.call("GET", "rollouts")
    assert (status, refusal["reason"]) == (401, "Unauthorized")
    assert "first" not in str(refusal)


async def test_a_missing_crd_is_neither_served_nor_discovered(server: ApiServer, api: Api) -> None:
    server.access.missing = {EXPERIMENTS}
    assert (await api.call("GET", "experiments"))[0] == 404
    _, found = await api.call("GET", "/apis/argoproj.io/v1alpha1")
    assert {"rollouts", "rollouts/status", "analysisruns"} == {entry["name"] for entry in found["resources"]}


async def test_a_permission_is_missing_for_a_verb_or_for_all(server: ApiServer, api: Api) -> None:
    server.access.forbidden = {("watch", ROLLOUTS), ("*", REPLICA_SETS)}
    assert (await api.call("GET", "rollouts"))[0] == 200
    status, refusal = await api.call("GET", "rollouts", watch="true")
    assert (status, refusal["reason"]) == (403, "Forbidden")
    assert (await api.call("GET", "/apis/apps/v1/replicasets"))[0] == 403
