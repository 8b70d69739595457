"""Studies of several runs, or of the circuit alone."""
