"""The configuration: Argo's shape, extended; every entry compiled, or reported and left out."""
