"""What one would do without PQKD: pruning and int8 weights."""
