"""Making the notebooks ready to be read: exercise cells, execution, fingerprints, HTML.

``python -m pqkd_helpers.publishing notebooks``, ``site`` and ``figures`` (``make notebooks``, ...).
"""
