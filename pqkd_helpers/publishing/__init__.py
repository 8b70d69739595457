"""Making the notebooks ready to be read: exercise cells, execution, fingerprints, HTML.

``python -m pqkd_helpers.publishing notebooks`` and ``html`` (``make notebooks``, ``make html``).
"""
