"""What measured clicks say about their device: calibration and validation (SciPy is needed)."""
