"""The lists a quarter keeps beside its documents: who to visit, what to mend, which rows cost points."""
