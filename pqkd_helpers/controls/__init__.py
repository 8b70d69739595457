"""Controls: what the photonic feature, and the PQKD student, are to be compared with.

`feature_sources` take the place of the circuit (``--features``), `distilled_student` that of the
PQKD student (``--student``); data, budgets and all other settings stay the same.
"""
