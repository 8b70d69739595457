"""From a folder of submissions to a table of scores."""
