"""The commands of ``python -m pqkd_helpers``, one module each."""
