"""Stories written as the controller would write them, for those who have no recording at hand. Pure.

scripts (what people did, what was measured) → controller → canary | blue-green → steps, measurements → ledger (lines)
"""
