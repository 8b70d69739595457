"""The same run on a GPU: the only tests that are skipped by name where there is none."""

import pytest
import torch

from pqkd_helpers.records.record import read_record

from .tiny_run import train

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU: --device cuda"),
]


def test_a_gpu_trains_what_the_cpu_trains(tmp_path):
    """Sums in another order: the losses of the first epoch agree, not their last digits."""
    records = {}
    for device in ("cpu", "cuda"):
        assert train(tmp_path / device, "--name", "mine", "--device", device) == 0
        records[device] = read_record(tmp_path / device / "mine" / "record.json")
    assert records["cuda"]["device"] == "cuda" and records["cuda"]["machine"]["accelerator"]
    for network in ("teacher", "student"):
        losses = [records[device][network]["epochs"][0]["train_loss"] for device in ("cpu", "cuda")]
        assert losses[1] == pytest.approx(losses[0], rel=1e-2)
