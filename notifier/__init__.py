"""Tells people and machines what Argo Rollouts did."""

__version__ = "0.1.0"
