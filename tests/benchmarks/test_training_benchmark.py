import json
import math
import os
import subprocess
import sys
import time

import pytest
import torch

from pqkd_helpers.knowledge_distillation import StudentCNN, distillation_loss
from tests.benchmarks import article_loop, processes, training, training_measures
from tests.benchmarks.article_loop import ArticleCNN, ArticleDictConv2d
from tests.machine_speed import in_time

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def images():
    return torch.randn(8, 1, 28, 28, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def z():
    return torch.randn(512, generator=torch.Generator().manual_seed(2))


def article_twin(ours, scope, z, **kinds):
    """The article's student with our student's A, filters, biases and dense layers."""
    twin = ArticleCNN(scope, **kinds)
    ours.condition(z)
    layers = [layer for layer in ours.children() if not isinstance(layer, torch.nn.Identity)]
    for layer, theirs in zip(layers, twin.children(), strict=True):
        if isinstance(theirs, ArticleDictConv2d):
            rows = layer.projection.rows(0, layer.projection.out_features)
            state = {"A": torch.from_numpy(rows), "basis": layer.basis, "bias": layer.bias}
            theirs.load_state_dict(state)
        else:
            theirs.load_state_dict(layer.state_dict())
    return twin


def gradients(network, logits):
    network.zero_grad()
    logits.square().sum().backward()
    return [parameter.grad for _, parameter in sorted(network.named_parameters())]


@pytest.mark.parametrize("scope", ["conv1+conv2", "all"])
def test_the_articles_student_computes_what_ours_computes(scope, images, z):
    ours = StudentCNN(scope=scope)
    theirs = article_twin(ours, scope, z)
    a, b = ours.eval()(images), theirs.eval()(images, z)
    assert a.std() > 0.01
    torch.testing.assert_close(b, a, rtol=1e-4, atol=1e-4)
    for ours_gradient, gradient in zip(gradients(ours, a), gradients(theirs, b), strict=True):
        torch.testing.assert_close(gradient, ours_gradient, rtol=1e-3, atol=1e-3)


def test_the_article_s_network_and_ours_train_equally_many_values():
    ours, theirs = StudentCNN(), ArticleCNN()
    counts = [sum(p.numel() for p in network.parameters()) for network in (ours, theirs)]
    assert counts == [149_338, 149_338]


@pytest.mark.parametrize("layer", [article_loop.MixingOnce, article_loop.KernelByRank])
def test_a_layer_with_one_part_replaced_computes_the_same(layer, images, z):
    ours = StudentCNN()
    plain, switched = (
        article_twin(ours, "conv1+conv2", z, layer=kind) for kind in (ArticleDictConv2d, layer)
    )
    for _ in range(2):
        torch.testing.assert_close(switched.eval()(images, z), plain.eval()(images, z))


def test_pooling_before_relu_computes_the_same(images, z):
    plain, switched = ArticleCNN().eval(), article_loop.PooledFirst().eval()
    switched.load_state_dict(plain.state_dict())
    torch.testing.assert_close(switched(images, z), plain(images, z))


def test_the_articles_loss_is_ours():
    generator = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(2, 16, 10, generator=generator) * 4
    labels = torch.arange(16) % 10
    expected = distillation_loss(logits, targets, labels)
    torch.testing.assert_close(article_loop.article_loss(logits, targets, labels), expected)


def test_both_loops_see_the_same_kind_of_batches(mnist_root):
    splits = article_loop.article_splits(mnist_root)
    assert [len(split) for split in splits] == [55_000, 5_000]
    assert -(-len(splits[0]) // article_loop.BATCH) == training_measures.STEPS_PER_EPOCH
    image, label = splits[0][0]
    assert image.shape == (1, 28, 28) and image.dtype == torch.float32 and 0 <= label <= 9


def test_the_operations_of_a_step_are_those_that_torch_counts(images):
    from torch.utils.flop_counter import FlopCounterMode

    network = training.TeacherCNN()
    with FlopCounterMode(display=False) as counter:
        network(images).sum().backward()
    convolutions = training_measures.step_operations(batch=len(images))
    assert counter.get_total_flops() == pytest.approx(convolutions, rel=1e-3)


def test_a_composed_epoch_is_the_sum_of_its_parts():
    times = {"step": {"minimum": 2.0, "median": 3.0}, "once": {"minimum": 5.0, "median": 5.0}}
    weights = {"step": 10, "once": 1}
    assert training_measures.total(times, weights, "minimum") == 25.0
    assert training_measures.saved(times, weights, {"step": 5}) == {
        "minimum": 0.015,
        "median": 0.02,
    }


def test_memory_is_measured_where_it_is_known(z):
    counted = processes.bytes_by_arithmetic()
    for scope, parts in counted.items():
        layers = [m for m in ArticleCNN(scope).children() if isinstance(m, ArticleDictConv2d)]
        assert parts["A"] == sum(layer.A.nbytes for layer in layers)
        assert parts["mixing"] == sum(layer.mixing(z).nbytes for layer in layers)


def test_the_row_of_full_runs_works(digits, monkeypatch):
    monkeypatch.setattr(training, "load_dataset", lambda name: digits)
    row = training.cuda_row(torch.device("cpu"), epochs=1)
    assert row["epochs"] == 1 and min(row.values()) > 0


def test_the_benchmark_starts(tmp_path, mnist_root):
    out = tmp_path / "result.json"
    command = [sys.executable, "-m", "tests.benchmarks.training", "--quick", "--out", str(out)]
    # Threads that wait asleep leave a busy machine to others.
    environment = os.environ | {
        "PQKD_DATA": str(mnist_root.resolve()),
        "OMP_WAIT_POLICY": "passive",
    }
    start = time.perf_counter()
    run = subprocess.run(
        command, cwd=processes.ROOT, env=environment, capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stderr
    assert in_time(time.perf_counter() - start, 40.0)
    result = json.loads(out.read_text())
    assert result["quick"] and "| epoch / article's design |" in run.stdout
    left_out = {name for name in training_measures.GOALS if "for A, all" in name}
    assert result["ratios"].keys() == training_measures.GOALS.keys() - left_out
    assert all(times["minimum"] > 0 for times in result["measured"].values())


@pytest.fixture(scope="module")
def stored():
    return json.loads(training.RESULT.read_text())


def test_the_stored_result_follows_from_the_stored_times(stored):
    for name, value in training_measures.derived(stored).items():
        assert stored[name] == value
    assert stored["ratios"].keys() == training_measures.GOALS.keys()
    assert stored["composition"] == training_measures.COMPOSITION
    assert stored["step_operations"] == training_measures.step_operations()
    assert stored["bytes_by_arithmetic"] == processes.bytes_by_arithmetic()


def test_the_stored_result_is_a_full_one(stored):
    assert not stored["quick"] and stored["size"]["rounds"] >= 21
    assert stored["size"]["once_rounds"] >= 5
    assert stored["threads"]["torch"] == processes.THREADS
    assert "OMP_NUM_THREADS" in stored["threads"]["environment"]
    for times in stored["measured"].values():
        assert 0 < times["minimum"] <= times["median"]
        assert times["unit"] == "MB" or times["calls"] >= 5


def test_the_stored_epochs_are_borne_out_by_whole_ones(stored):
    for name, seconds in stored["whole_epoch_seconds"].items():
        composed = stored["composed"][name]["median"] / 1e3
        assert abs(math.log(seconds / composed)) <= math.log(1.3)


def test_the_files_are_as_small_as_stored_and_as_aimed_at(stored):
    assert training.file_bytes() == stored["file_bytes"]
    for name, goal in training_measures.FILE_GOALS.items():
        assert stored["file_bytes"][name] <= goal


def test_the_pages_show_the_stored_result(stored):
    pages = [processes.ROOT / "notebooks" / name for name in ("training.md", "files_and_bytes.md")]
    text = "\n".join(page.read_text() for page in pages)
    assert training_measures.ratio_table(stored) in text
    for number in ("float32", "float16"):
        assert f"{stored['file_bytes'][f'{number}, with z'] / 1e3:.1f}" in text
