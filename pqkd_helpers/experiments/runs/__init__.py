"""One run: configuration, training, final tests, record."""
