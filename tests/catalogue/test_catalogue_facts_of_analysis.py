"""What messages about analyses and experiments must say: what was measured, against what, and what follows."""

import msgspec
import pytest

from notifier.model import Analysis, Cause, Event, Metric
from tests.catalogue import made
from tests.catalogue.facts import COMMAND, ISTIO, holds
from tests.catalogue.made import headline, said
from tests.catalogue.recorded import of, texts


def running(interval: str | None, planned: str | None) -> Event:
    """A run has just begun to measure."""
    metric = Metric("success-rate", "Running", interval=interval, planned=planned)
    event = of("AnalysisRunRunning", ISTIO)[0].note.event
    return msgspec.structs.replace(event, analysis=Analysis("run", "Running", "Step", metrics=(metric,)))


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
    text = said(of("RolloutAborted", "s002-2-2-6")[0].note.event)
    holds(text, "aborted by an experiment at step 0/5", '"stable-success-rate"')


def test_a_running_analysis_says_where_it_belongs_and_how_it_measures() -> None:
    holds(texts("AnalysisRunRunning", ISTIO)[0], "analysis at step 2/4 is running, revision 2", "every 30s, 3 times")
    kinds = " ".join(texts("AnalysisRunRunning"))
    holds(
        kinds, "pre-promotion analysis is running", "post-promotion analysis is running", "analysis of an experiment is"
    )
    holds(texts("AnalysisRunRunning", ISTIO)[-1], "revision 2 retried")


def test_what_a_running_analysis_has_measured_is_no_verdict() -> None:
    holds(texts("AnalysisRunRunning", ISTIO)[0], ", so far 1 of 1 failed")
    assert "so far" not in texts("AnalysisRunFailed", ISTIO)[0]


@pytest.mark.parametrize(
    ("interval", "planned", "in_all"),
    [("30s", "3", "1m"), ("5m", "4", "15m"), ("1h", "25", "1d"), ("2s", "2", "2s")],
)
def test_a_running_analysis_says_how_long_it_measures(interval: str, planned: str, in_all: str) -> None:
    holds(said(running(interval, planned)), f"every {interval}, {planned} times, about {in_all} in all\n")


@pytest.mark.parametrize(
    ("interval", "planned"),
    [("1h30m", "3"), ("30s", None), (None, "3"), ("30s", "1"), ("s", "3"), ("9" * 400 + "s", "3")],
)
def test_how_long_an_analysis_measures_is_not_guessed(interval: str | None, planned: str | None) -> None:
    assert "in all" not in said(running(interval, planned))


def test_an_analysis_that_is_over_does_not_say_how_long_it_would_measure() -> None:
    assert "in all" not in texts("AnalysisRunFailed", ISTIO)[0] + texts("AnalysisRunSuccessful", ISTIO)[0]


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
    event = of("AnalysisRunError")[0].note.event
    holds(headline(event), "analysis at step 1/4 could not measure success-rate: unmarshalerDecoder")
    holds(text, "consecutiveErrors (5) > consecutiveErrorLimit (4)", "5 errors", 'parsing "not-a-number"')
    holds(text, "Mend what the error names (the metric's query, the provider's address or credentials), then retry")


def test_a_metric_in_error_names_no_limit_that_did_not_count() -> None:
    assert "failure limit" not in texts("AnalysisRunError")[0]


def test_an_analysis_that_measured_nothing_at_all_says_why() -> None:
    event = of("AnalysisRunError")[0].note.event
    assert event.analysis is not None
    analysis = type(event.analysis)(event.analysis.run, "Error", "Step", metrics=(Metric("success-rate", ""),))
    text = said(event, analysis=analysis, cause=Cause("analysis", "args.host was not resolved"))
    holds(text, "analysis at step 1/4 ended in an error: args.host was not resolved\n")
    assert "could not measure" not in text


def test_an_abort_for_a_metric_that_could_not_be_measured_says_so() -> None:
    event = of("RolloutAborted", ISTIO)[0].note.event
    error = of("AnalysisRunError")[0].note.event.analysis
    holds(headline(event, analysis=error), "by analysis at step 2/4: success-rate could not be measured")


def test_an_inconclusive_analysis_asks_a_person() -> None:
    text = texts("AnalysisRunInconclusive")[0]
    holds(
        text,
        "inconclusive, a person must decide",
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
    event = of("ExperimentFailed", "s002")[0].note.event
    assert headline(event).endswith("experiment failed at step 0/5: stable-success-rate measured [0.1]")
    holds(headline(event, analysis=None), 'experiment failed at step 0/5: Metric "stable-success-rate" assessed')
    holds(said(event), "failed (3) > failureLimit (2)")
    unrecorded = made.unrecorded()
    holds(made.say(unrecorded["ExperimentError"]).message.message, "ended in an error", "replicas are not available")
    holds(made.say(unrecorded["ExperimentInconclusive"]).message.message, "is inconclusive", "inconclusiveLimit (0)")
