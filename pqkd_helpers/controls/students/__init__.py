"""Students that take the place of the PQKD student (``--student``)."""
