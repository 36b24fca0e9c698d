"""A Kubernetes API server, a player of recorded rollouts and receivers: what the demo and the tests run on.

Not a mock: the daemon and a stock kubectl talk to it over HTTP as to a cluster. `server.ApiServer` is the cluster,
`player.play` the Argo Rollouts controller in it, `receivers.WebhookSink` somebody who is told.
"""
