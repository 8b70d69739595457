"""For teachers: editions of the notebooks, and grading of what students hand in."""
