"""The paper's results beside ours, computed from the stored records alone.

One module per figure or table; each returns a `Result`: the numbers, the findings by a rule stated
beforehand, the picture, and the card that says how they came about.
"""
