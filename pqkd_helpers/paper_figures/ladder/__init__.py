"""PQKD at its best: what each idea is worth, what all of them reach, and next to whom."""
