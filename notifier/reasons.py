"""The reasons something is told for, and the triggers named after them.

The second list is of Kubernetes Events of Argo Rollouts' controllers that leave no trace in any state
(argo-rollouts v1.9.1, `record.Eventf` calls).
"""

from __future__ import annotations

import re

PHASES = ("Running", "Successful", "Failed", "Error", "Inconclusive")
"""The phases of AnalysisRuns and Experiments that are told."""

STATE_REASONS = (
    "RolloutCreated",
    "RolloutUpdated",
    "RolloutSuperseded",
    "RolloutRolledBack",
    "RolloutRetried",
    "RolloutStepSkipped",
    "RolloutStepCompleted",
    "RolloutPromotedFully",
    "RolloutCompleted",
    "RolloutAborted",
    "ProgressDeadlineExceeded",
    "InvalidSpec",
    "RolloutDegraded",
    "RolloutPaused",
    "RolloutResumed",
    "RolloutManuallyPaused",
    "RolloutRestarted",
    "TrafficWeightUpdated",
    "RolloutHealthy",
    "RolloutDeleted",
    "ScalingReplicaSet",
    *(f"AnalysisRun{phase}" for phase in PHASES),
    *(f"Experiment{phase}" for phase in PHASES),
)
"""What state tells, in the order it is told when one write shows several."""

EVENT_REASONS = (
    *("RolloutAddedToInformer", "NewReplicaSetCreated", "ReplicaSetCreateError", "ReplicaSetUpdateError"),
    *("RolloutNotCompleted", "SkipSteps", "SwitchService", "ExperimentCreated", "ExperimentPending"),
    *("TrafficRoutingError", "WeightVerifyError", "ReconciliationError", "StepPluginTransition"),
    *("TargetGroupVerified", "TargetGroupUnverified", "TargetGroupVerifyError", "LoadBalancerNotFound"),
    *("AnalysisRunPending", "AnalysisRunTerminating"),
    *("MetricSuccessful", "MetricFailed", "MetricError", "MetricInconclusive"),
    *("TemplateProgressing", "TemplateRunning", "TemplateSuccessful", "TemplateFailed", "TemplateError"),
    *("PatchingALBIngress", "CreatingCanaryIngress", "PatchingCanaryIngress", "UpdatedDestinationRule"),
    *("VirtualServiceNotFound", "DestinationRuleNotFound", "VirtualRouterNotFound", "VirtualNodeNotFound"),
    *("TrafficSplitCreated", "TrafficSplitNotCreated", "CanaryMappingWeightUpdate", "AmbassadorMappingNotFound"),
    *("AmbassadorMappingConfigError", "CanaryMappingCreationError", "CanaryMappingUpdateError"),
    *("CanaryMappingCleanupError", "TraefikServiceUpdateError", "ApisixRouteUpdateError"),
    *("ApisixRouteCreateError", "ApisixRouteDeleteError"),
)

_BEFORE_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_AFTER_WORD = re.compile(r"([a-z0-9])([A-Z])")


def trigger_name(reason: str) -> str:
    """The trigger named after a reason: `PatchingALBIngress` → `on-patching-alb-ingress`.

    The two steps are those of argo-rollouts' `translateReasonToTrigger`.
    """
    kebab = _AFTER_WORD.sub(r"\1-\2", _BEFORE_WORD.sub(r"\1-\2", reason))
    return f"on-{kebab.lower()}"


OURS = frozenset(
    {
        *("RolloutCreated", "RolloutSuperseded", "RolloutRolledBack", "RolloutRetried", "RolloutStepSkipped"),
        *("RolloutPromotedFully", "ProgressDeadlineExceeded", "InvalidSpec", "RolloutDegraded"),
        *("RolloutManuallyPaused", "RolloutRestarted", "RolloutHealthy"),
    }
)
"""The reasons that Argo has no event for: to it, triggers of their names are conditions like any other."""

BY_TRIGGER = {trigger_name(reason): reason for reason in (*STATE_REASONS, *EVENT_REASONS)}
"""The known reasons by the name of their trigger."""
