"""The paper's figures next to ours, computed from stored records alone: one module each."""
