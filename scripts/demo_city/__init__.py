"""A made-up city for the demonstration.

Everything here is invented: places, units, unions, contracts. The generator
writes files the way districts send them; it imports nothing of the workbench,
so that the two cannot share a mistake.
"""

SEED = 20210930
