"""The demo: a cluster, the daemon and three receivers in one process, and stories that a real controller wrote.

catalogue → stories → player → sandbox API server ⇄ daemon → webhook, Slack, mail → arrivals → audience → screen
                          somebody's own cluster ⇄ ┘                                     └→ gallery
"""
