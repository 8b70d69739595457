"""What notebook 06 says of the stored run of 30 epochs."""

import numpy as np

from pqkd_helpers.records import stored_record


def test_z_turns_by_7_to_15_degrees_with_two_spikes_and_the_late_fall_begins_at_the_first():
    epochs = stored_record("train-quick-30-epochs-seed0")["student"]["epochs"]
    turns = {epoch["epoch"]: np.degrees(epoch["drift"]) for epoch in epochs[2:]}
    spikes = {number: round(turn) for number, turn in turns.items() if turn > 20}
    assert spikes == {23: 41, 26: 24}
    usual = [turn for number, turn in turns.items() if number not in spikes]
    assert (round(min(usual)), round(max(usual))) == (7, 15)
    accuracies = np.array([epoch["validation_accuracy"] for epoch in epochs])
    before, after = accuracies[11:22], accuracies[22:]  # epochs 12 to 22, 23 to 30
    assert after[0] < before.min() and before.mean() - after.mean() > 0.015
