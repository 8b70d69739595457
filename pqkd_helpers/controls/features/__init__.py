"""Features that take the place of the photonic one (``--features``)."""
