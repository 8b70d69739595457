"""A clock that no one waits for."""


class SimulatedClock:
    """Stands in for the module `time`: whoever sleeps puts it forward."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
