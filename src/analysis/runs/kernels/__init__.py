"""Real Jupyter kernels, forked from a warm parent where the system can."""
