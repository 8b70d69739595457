"""Students' and teacher's editions of the notebooks."""
