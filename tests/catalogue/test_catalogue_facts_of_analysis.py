"""What messages about analyses and experiments must say: what was measured, against what, and what follows."""

from notifier.model import Cause
from tests.catalogue import made
from tests.catalogue.facts import COMMAND, ISTIO, holds
from tests.catalogue.made import said
from tests.catalogue.recorded import of, texts


def test_an_abort_by_analysis_names_run_metric_measured_value_condition_and_counts() -> None:
    text = texts("RolloutAborted", ISTIO)[0]
    holds(
        text,
        "revision 2 aborted by analysis at step 2/4",
        "Run: mock-server-77f87799cf-2-2",
        "Metric success-rate: Failed",
    )
    holds(text, "measured [0.42]", "condition len(result) > 0 && result[0] >= 0.95", "3 of 3 failed", "failure limit 2")
    holds(text, "failed (3) > failureLimit (2)", "Aborted pods stay up for 30s")
    assert "by hand" not in text


def test_the_causes_of_an_abort_read_differently() -> None:
    event = of("RolloutAborted", ISTIO)[0].note.event
    causes = ("person", "analysis", "experiment", "deadline", "controller")
    headlines = [said(event, cause=Cause(by, "why it was")).split("\n")[0] for by in causes]
    assert len(set(headlines)) == len(causes)
    holds(headlines[3], "aborted, no progress in time")


def test_an_experiment_that_aborts_is_named_as_the_cause() -> None:
    holds(texts("RolloutAborted", "s002-2-2-6")[0], "aborted by an experiment at step 0/5", '"stable-success-rate"')


def test_a_running_analysis_says_where_it_belongs_and_how_it_measures() -> None:
    holds(texts("AnalysisRunRunning", ISTIO)[0], "analysis at step 2/4 is running, revision 2", "every 30s, 3 times")
    kinds = " ".join(texts("AnalysisRunRunning"))
    holds(
        kinds, "pre-promotion analysis is running", "post-promotion analysis is running", "analysis of an experiment is"
    )
    holds(texts("AnalysisRunRunning", ISTIO)[-1], "revision 2 retried")


def test_a_failed_analysis_says_what_was_measured_and_what_follows() -> None:
    text = texts("AnalysisRunFailed", ISTIO)[0]
    holds(text, "analysis at step 2/4 failed: success-rate", "measured [0.42]", "3 of 3 failed, failure limit 2")
    holds(text, "The update is aborted", "kubectl describe analysisrun mock-server-77f87799cf-2-2 -n ")
    holds(
        texts("AnalysisRunFailed", "s002-2-2-6")[0],
        "Metric stable-success-rate: Failed",
        "\nMetric canary-success-rate",
    )


def test_an_analysis_of_its_own_aborts_nothing() -> None:
    assert "update" not in texts("AnalysisRunFailed", "x-standalone")[0]


def test_no_data_is_told_apart_from_a_bad_value() -> None:
    event = of("AnalysisRunFailed", ISTIO)[0].note.event
    assert event.analysis is not None
    metric = event.analysis.metrics[0]
    for empty in ("[]", "NaN", "[NaN]"):
        none = type(metric)(metric.name, metric.phase, empty, metric.condition)
        analysis = type(event.analysis)(event.analysis.run, "Failed", "Step", metrics=(none,))
        holds(said(event, analysis=analysis), "success-rate measured no data")


def test_an_analysis_error_says_what_the_provider_said_and_where_to_look() -> None:
    text = texts("AnalysisRunError")[0]
    holds(text, "ended in an error: success-rate", "consecutiveErrors (5) > consecutiveErrorLimit (4)", "5 errors")
    holds(text, 'parsing "not-a-number"', "Check the provider's address and credentials")


def test_an_inconclusive_analysis_asks_a_person() -> None:
    text = texts("AnalysisRunInconclusive")[0]
    holds(
        text,
        "is inconclusive, a person must decide",
        "measured [0.7]",
        f"{COMMAND} promote pay",
        f"{COMMAND} abort pay",
    )


def test_an_experiment_says_what_it_runs_and_how_long() -> None:
    holds(
        texts("ExperimentRunning", "s002-2-2-6")[0],
        "experiment is running at step 0/5",
        "Duration: 2m",
        "stable, canary",
    )
    holds(texts("ExperimentRunning", "s002-2-2-6")[0], "Experiment: mock-server-77f87799cf-2-0\n")
    holds(texts("ExperimentRunning", "x-standalone")[0], "Duration: 12s", "Templates: baseline, canary")


def test_an_experiment_that_ends_badly_says_what_was_measured_what_follows_and_where_to_look() -> None:
    text = texts("ExperimentFailed", "s002")[0]
    holds(text, "Run: mock-server-77f87799cf-2-0-stable-canary-comparison", "Metric canary-success-rate: Failed")
    holds(text, "The update is aborted", "kubectl describe experiment mock-server-77f87799cf-2-0 -n ")
    alone = texts("ExperimentFailed", "x-standalone")[0]
    holds(alone, "kubectl describe experiment ")
    assert "update" not in alone


def test_an_experiment_that_ends_badly_says_why() -> None:
    holds(
        texts("ExperimentFailed", "s002")[0], "experiment failed at step 0/5: Metric", "failed (3) > failureLimit (2)"
    )
    unrecorded = made.unrecorded()
    holds(made.say(unrecorded["ExperimentError"]).message.message, "ended in an error", "replicas are not available")
    holds(made.say(unrecorded["ExperimentInconclusive"]).message.message, "is inconclusive", "inconclusiveLimit (0)")
