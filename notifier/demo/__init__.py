"""The demo: a cluster, the daemon and a receiver in one process, and stories that a real controller wrote.

stories → player → sandbox API server ⇄ daemon → receiver → audience → screen
"""
