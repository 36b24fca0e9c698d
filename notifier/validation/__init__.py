"""Checking files before they reach a cluster: ConfigMaps, Secrets and the annotations of Rollouts. Pure."""
