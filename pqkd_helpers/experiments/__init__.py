"""From a configuration to a stored record: configuration -> run -> record -> report."""
