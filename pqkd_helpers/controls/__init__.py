"""Controls: what the photonic feature and the PQKD student are compared with.

Backs notebook 09.

Those in `features` take the place of the circuit (``--features``), those in `students` the place of
the PQKD student (``--student``). Data, budgets and all other settings stay the same.
"""
