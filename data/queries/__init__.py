"""Questions to the record and changes of it, one function each.

Nothing is imported here: who only reads need not load what imports and exports need.
"""
