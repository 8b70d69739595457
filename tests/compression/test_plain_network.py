"""The plain network and the ONNX file compute what the student computes."""

import importlib.util
import io

import numpy as np
import onnxruntime
import pytest
import torch

from pqkd_helpers.compression import export_onnx, to_dense
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN


def conditioned(scope="all", **options):
    student = StudentCNN(widths=(4, 6, 8), scope=scope, **options).eval()
    student.condition(np.random.default_rng(0).normal(size=512))
    return student


def images(n=5, channels=1, size=28):
    return torch.randn(n, channels, size, size, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("scope", ["conv1", "conv1+conv2", "all"])
def test_the_same_logits(scope):
    student = conditioned(scope, in_channels=3, n_classes=7)
    x = images(channels=3)
    assert torch.allclose(to_dense(student)(x), student(x), atol=1e-5)


def test_a_teacher_too():
    teacher = TeacherCNN(widths=(4, 6, 8)).eval()
    assert torch.allclose(to_dense(teacher)(images()), teacher(images()), atol=1e-5)


def test_it_is_a_copy_of_plain_layers():
    student = conditioned()
    dense = to_dense(student)
    assert all(type(layer).__module__.startswith("torch.") for layer in dense)
    before = dense(images())
    student.condition(np.ones(512))
    with torch.no_grad():
        student.linear.weight.zero_()
    assert torch.equal(dense(images()), before) and not dense.training
    stored = io.BytesIO()
    torch.save(dense, stored)
    assert b"pqkd" not in stored.getvalue()


def test_the_random_state_of_the_caller_is_left_alone():
    student, state = conditioned(), torch.random.get_rng_state()
    to_dense(student)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_what_has_no_plain_network():
    with pytest.raises(ValueError, match="Linear, a ConvNet is expected"):
        to_dense(torch.nn.Linear(2, 2))
    with pytest.raises(RuntimeError, match="call condition"):
        to_dense(StudentCNN(widths=(4, 6, 8)))


def test_another_runtime_gives_the_same_logits_for_any_batch(tmp_path):
    student, path = conditioned(), tmp_path / "deep" / "s.onnx"
    n_bytes = export_onnx(student, path, image_size=(28, 28))
    assert n_bytes == path.stat().st_size and len(list(path.parent.iterdir())) == 1
    session = onnxruntime.InferenceSession(path)
    for n in (1, 2, 7):
        (logits,) = session.run(["logits"], {"images": images(n).numpy()})
        assert np.allclose(logits, student(images(n)).detach().numpy(), atol=1e-5)


@pytest.mark.parametrize("size", [(28,), (28, 28, 1), (3, 28), (28.0, 28)])
def test_bad_sizes(size, tmp_path):
    with pytest.raises(ValueError, match="expected"):
        export_onnx(conditioned(), tmp_path / "s.onnx", image_size=size)


def test_missing_packages_are_named(monkeypatch, tmp_path):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxscript" else found(name)
    )
    with pytest.raises(ModuleNotFoundError, match="onnxscript, which is not installed: pip"):
        export_onnx(conditioned(), tmp_path / "s.onnx", image_size=(28, 28))
    assert not (tmp_path / "s.onnx").exists()
