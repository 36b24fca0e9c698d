"""What each message must say, checked on what was recorded: who, what, how far, why, and what to do."""

import pytest

from notifier.model import Amount, Cause, Image, Pause, Step, Update
from tests.catalogue import made
from tests.catalogue.facts import COMMAND, ISTIO, holds
from tests.catalogue.made import said
from tests.catalogue.recorded import of, texts


@pytest.mark.parametrize(
    ("story", "at", "facts"),
    [
        (ISTIO, 0, ("first deploy of 1.0.0 begins, revision 1", "mock-go-server:1.0.0")),
        (
            ISTIO,
            1,
            ("update to 2.0.0 begins, revision 2", "Revision 2 (was 1), Canary, 4 steps", "mock-go-server:1.0.0"),
        ),
        (
            ISTIO,
            1,
            ("mock-go-server:1.0.0 → ghcr.io/ssup2/mock-go-server:2.0.0", "Next: setWeight: 20, then pause: 30s"),
        ),
        ("s000-setweight", 1, ("update with unchanged image", "changed in something else than its images")),
        ("s002-2-2-3", 3, ("undo, back to 2.0.0 begins, revision 4", "Revision 4 (was 3)")),
        ("s001", 3, ("rollback to stable yellow begins, revision 4",)),
        ("s004-bluegreen-abort", 1, ("update to 6.9.4 begins, revision 2", "Revision 2 (was 1), BlueGreen")),
    ],
)
def test_an_update_says_of_what_kind_it_is_and_what_it_changes(story: str, at: int, facts: tuple[str, ...]) -> None:
    holds(texts("RolloutUpdated", story)[at], *facts, f"{COMMAND} get rollout ", " --watch")


def test_scaling_says_which_replica_set_of_which_role_and_revision_from_and_to() -> None:
    holds(
        texts("ScalingReplicaSet", "x-analysis")[2],
        "/pay: canary of revision 2 scaled 0 → 1",
        "ReplicaSet pay-55c949d5c8 of revision 2: 0 → 1",
    )
    holds(
        texts("ScalingReplicaSet", "x-standalone")[0], "Experiment ", "/good: ReplicaSet scaled 0 → 1", "good-baseline"
    )


def test_a_completed_step_says_how_far_it_is_and_what_comes_next() -> None:
    first, second, third, *_ = texts("RolloutStepCompleted", "s002-2-2-4")
    holds(
        first, "step 1/5 completed (setWeight: 20), next: pause", "Weight: 0% → 20%", "Next: pause, then setWeight: 40"
    )
    holds(second, "step 2/5 completed (pause), next: setWeight: 40", "Weight: 20%\n")
    holds(third, "step 3/5 completed (setWeight: 40)", "Weight: 20% → 40%", "Pods: 2 of 5 updated")


def test_without_traffic_routing_the_pods_stand_for_the_weight() -> None:
    text = texts("RolloutStepCompleted", "s002-table1-basic")[0]
    holds(text, "Pods: 1 of 5 updated")
    assert "\nWeight" not in text


def test_the_last_step_says_that_all_are_done() -> None:
    holds(texts("RolloutStepCompleted", ISTIO)[-1], "step 4/4 completed (setWeight: 100)", "All 4 steps done")


def test_steps_that_were_skipped_are_told_apart_from_completed_ones() -> None:
    text = made.say(made.unrecorded()["RolloutStepSkipped"]).message.message
    holds(text, "step 3/8 skipped by a person (setWeight: 40), next: pause: 10")


def test_steps_that_were_missed_are_counted() -> None:
    event = of("RolloutStepCompleted", ISTIO)[1].note.event
    holds(said(event, step=Step(4, 8, text="pause", completed=3)), "step 4/8 completed (pause)", "\n3 steps at once\n")
    assert "at once" not in said(event)


def test_a_pause_without_end_says_who_must_act_and_how() -> None:
    text = texts("RolloutPaused", "s002-2-2-4")[0]
    holds(text, "paused at step 1/5, waits for a person", "since 05:", "Weight: 20%", "Pods: 1 of 5 updated")
    holds(text, "mock-go-server:1.0.0 (stable) → ghcr.io/ssup2/mock-go-server:2.0.0 (canary)")
    holds(text, f"Continue: {COMMAND} promote mock-server", f"Go back to stable: {COMMAND} abort mock-server")


def test_a_pause_of_a_time_says_until_when_and_asks_for_nothing() -> None:
    text = texts("RolloutPaused", ISTIO)[0]
    holds(text, "paused at step 1/4 until 05:", f"{COMMAND} abort mock-server")
    assert "promote" not in text


def test_a_pause_says_once_whether_it_goes_on_by_itself() -> None:
    for text in texts("RolloutPaused"):
        headline, _, details = text.partition("\n")
        (end,) = (end for end in (" until ", "waits for a person") if end in headline)
        assert end not in details
        assert "by itself" not in details


def test_a_pause_of_days_says_the_day() -> None:
    event = of("RolloutPaused", ISTIO)[0].note.event
    assert event.pause is not None
    pause = type(event.pause)("CanaryPauseStep", event.ts, "2026-11-23T05:00:00Z", 172_800)
    holds(said(event, pause=pause), "until 2026-11-23 05:00:00 UTC")


def test_a_blue_green_pause_says_where_the_preview_is() -> None:
    text = texts("RolloutPaused", "s004-bluegreen")[0]
    holds(text, "waits for a person", "Preview Service: ", "podinfo:6.9.3 (active) → ", "podinfo:6.9.4 (preview)")


def test_a_pause_after_an_inconclusive_analysis_says_so() -> None:
    text = texts("RolloutPaused", "x-analysis")[0]
    holds(text, "paused at step 1/4, waits for a person", "Why: InconclusiveAnalysisRun", f"{COMMAND} promote pay")


def test_a_pause_after_an_inconclusive_experiment_says_so() -> None:
    event = of("RolloutPaused", "x-analysis")[0].note.event
    pause = Pause("InconclusiveExperiment", event.ts)
    holds(said(event, pause=pause), "waits for a person (inconclusive experiment)")


def test_a_pause_by_hand_says_how_to_go_on() -> None:
    holds(
        texts("RolloutManuallyPaused")[0],
        "paused by hand at step 0/4",
        "spec.paused",
        "Continue: kubectl patch rollout cart",
    )


def test_going_on_says_whether_by_hand_and_what_comes_next() -> None:
    by_hand, after_pause, *_ = texts("RolloutResumed", "x-manual")
    holds(by_hand, "resumed by a person at step 0/4", "Next: setWeight: 50, then pause: 15s")
    holds(after_pause, "goes on after its pause at step 2/4", "Next: setWeight: 75, then pause: 15s")
    holds(texts("RolloutResumed", "s000-setweight")[0], "at step 1/8", "Next: setWeight: 40")


def test_a_first_deploy_is_told_apart_from_an_update_when_it_is_complete() -> None:
    first, update, *_ = texts("RolloutCompleted", ISTIO)
    holds(first, "first deploy of 1.0.0 is set up, its pods start\n", "Revision 1, pod hash 5bd695c454")
    holds(update, "revision 2 (2.0.0) completed", "Revision 2 (was 1), pod hash 77f87799cf", "1.0.0 → ghcr.io")
    holds(
        update,
        "How: Completed all 4 canary steps",
        "Old pods stay up for 30s",
        f"Return to the version before: {COMMAND} undo mock-server",
    )
    assert "undo" not in first
    assert "Old pods" not in first


def test_no_step_is_next_on_a_first_deploy() -> None:
    update = of("RolloutUpdated", ISTIO)[1].note.event
    assert "\nNext: " in said(update)
    assert "\nNext: " not in said(update, update=Update.FIRST_DEPLOY)


def test_old_pods_are_not_said_to_stay_where_they_do_not() -> None:
    assert not any("stay up" in text for text in texts("RolloutCompleted", "s002-table1-basic"))
    assert not any("stay up" in text for text in texts("RolloutAborted", "s002-2-2-3"))


@pytest.mark.parametrize("reason", ["RolloutCompleted", "RolloutHealthy"])
def test_how_long_it_took_is_said_where_it_is_known(reason: str) -> None:
    event = of(reason, ISTIO)[-1].note.event
    holds(said(event, seconds=250.0).split("\n")[0], " in 4m 10s")
    assert " in " not in said(event, seconds=None).split("\n")[0]


def test_an_abort_by_hand_says_so() -> None:
    text = texts("RolloutAborted", "s002-2-2-3")[0]
    holds(text, "revision 5 aborted by a person at step 1/5", "aborted by hand", "mock-go-server:1.0.0 →")
    holds(text, "Traffic goes back to ghcr.io/ssup2/mock-go-server:1.0.0", "Stays Degraded until")
    holds(text, f"{COMMAND} retry rollout mock-server")


@pytest.mark.parametrize(
    ("reason", "story", "facts"),
    [
        ("RolloutCreated", ISTIO, ("created", "mock-go-server:1.0.0")),
        (
            "RolloutSuperseded",
            "s002-2-2-1",
            ("revision 3 replaces unfinished revision 2", "No completion of revision 2"),
        ),
        ("RolloutRolledBack", "s001", ("back to stable yellow, revision 4",)),
        ("RolloutRetried", ISTIO, ("tries revision 2 again at step 0/4", "Next: setWeight: 20")),
        ("RolloutPromotedFully", "", ("revision 3 promoted fully by a person at step 1/2", "is skipped")),
        ("ProgressDeadlineExceeded", "", ("no progress in time at step 0/2, revision 2", "has timed out progressing")),
        ("InvalidSpec", "", ("invalid spec: spec.strategy.steps[0].setWeight: Invalid value: 150", "Nothing is")),
        ("RolloutDegraded", "x-invalid", ("degraded: InvalidSpec", "Invalid value: 150")),
        ("RolloutRestarted", "", ("restarts its pods",)),
        ("TrafficWeightUpdated", ISTIO, ("canary gets 20% of the traffic at step 1/4", "Weight: 0% → 20%")),
        ("RolloutDegraded", ISTIO, ("degraded: aborted update to revision 2: Step-based", "Why: RolloutAborted: ")),
        ("RolloutHealthy", ISTIO, ("healthy with revision 1 in ",)),
        ("AnalysisRunSuccessful", ISTIO, ("analysis at step 2/4 was successful, revision 2", "1 of 3 failed")),
        ("ExperimentSuccessful", "s002-2-2-6", ("experiment was successful at step 0/5",)),
    ],
)
def test_the_others_say_what_they_are_about(reason: str, story: str, facts: tuple[str, ...]) -> None:
    holds(texts(reason, story)[0], *facts)


def test_the_weight_after_completion_is_a_reset_and_no_rollback() -> None:
    holds(texts("TrafficWeightUpdated", ISTIO)[-1], "weight reset, the new version is stable", "Weight: 100% → 0%")


def test_the_weight_after_a_rollback_is_a_reset_to_what_was_stable() -> None:
    event = of("TrafficWeightUpdated", ISTIO)[-1].note.event
    holds(said(event, update=Update.ROLLBACK, weight=Amount(20, 0)), "weight reset, back to stable\n")


def test_weight_that_stays_at_the_canary_is_no_reset() -> None:
    event = of("TrafficWeightUpdated", ISTIO)[-1].note.event
    holds(said(event, weight=Amount(20, 100)), "canary gets 100% of the traffic")


def test_an_update_of_an_update_says_what_it_leaves_unfinished() -> None:
    holds(texts("RolloutUpdated", "s002-2-2-1")[2], "\nIt replaces revision 2, which was not complete\n")


def test_healthy_after_degraded_says_so() -> None:
    holds(texts("RolloutHealthy", "x-invalid")[-1].split("\n")[0], "healthy with revision 1", "after it was degraded")


def test_a_retry_says_what_it_was_aborted_for() -> None:
    event = of("RolloutRetried", ISTIO)[0].note.event
    run = of("AnalysisRunFailed", ISTIO)[0].note.event.analysis
    text = said(event, cause=Cause("analysis", "Metric x assessed Failed"), analysis=run)
    holds(text, "\nHad been aborted: Metric x assessed Failed\n", "Metric success-rate: Failed, measured [0.42]")
    holds(said(event, cause=Cause("person", "")), "\nHad been aborted by a person\n")


def test_a_deleted_rollout_says_what_ran() -> None:
    holds(
        made.say(made.unrecorded()["RolloutDeleted"]).message.message,
        ": deleted\n",
        "Last image: ghcr.io/stefanprodan/podinfo:6.9.4",
    )


def test_several_containers_are_listed_those_that_change_first() -> None:
    event = of("RolloutUpdated", ISTIO)[1].note.event
    images = (Image("proxy", "envoy:1", "envoy:1"), Image("web", "web:2", "web:1"), Image("init", "tool:1"))
    text = said(event, images=images)
    holds(text, "update to 2 begins", "Image web: web:1 → web:2\nImage init: tool:1\nImage proxy unchanged: envoy:1")
    many = tuple(Image(f"c{i}", "a:2", "a:1") for i in range(12))
    holds(said(event, images=many), "And 2 more images")
