"""The ground: checks, files, random streams, figure style."""
