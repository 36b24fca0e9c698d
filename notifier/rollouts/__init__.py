"""Understanding Rollouts: reading objects, remembering them as digests, telling what happened. Pure.

The rules are those of Argo Rollouts' controller as seen from outside: what its writes look like, and in which order.
"""
