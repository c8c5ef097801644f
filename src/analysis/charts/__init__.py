"""Facts in, figures out: every label, legend and note figure is a fact's own text."""
