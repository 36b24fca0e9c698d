"""From Argo's notification configuration to ours: what is rewritten, what stays, and a report of every entry. Pure."""
