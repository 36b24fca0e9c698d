"""The only part that talks to the Kubernetes API.

reflector   every object of a kind and every change of it, for ever: list, watch, resume
access      one object at a time
resources   what can be asked for, and under which path
transport   requests and streams to one cluster (on network and lines)
wire        what the API server says, decoded no further than needed
errors      what can go wrong
"""
