"""What all rooms stand on: checks, files, random streams, figure style."""
