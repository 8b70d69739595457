"""The ledger against numbers worked out by hand."""

import dataclasses

import pytest
import torch
from safetensors.torch import load, save

from pqkd_helpers.compression import FeatureSpecification, measure_sizes, save_compressed
from pqkd_helpers.compression.file_description import describe_file
from pqkd_helpers.compression.size_text import size_lines
from pqkd_helpers.controls.circuit_settings import CircuitSettings
from pqkd_helpers.datasets.image_format import ImageFormat
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN

EXACT = FeatureSpecification(CircuitSettings(), (0.1,) * 30, n_shots=None)
SAMPLED = FeatureSpecification(CircuitSettings(), (0.1,) * 30, ema_beta=0.9)
IMAGES = ImageFormat((1, 28, 28), (0.1,), (0.3,))
# Per pixel: kernels of conv1 (5 x 5, 64 channels), conv2 and conv3 (3 x 3, 128 channels).
PER_IMAGE = 784 * 25 * 64 + 196 * 9 * 64 * 128 + 49 * 9 * 128 * 128 + 1280
KERNELS = {"conv1": 64, "conv2": 64 * 128, "conv3": 128 * 128}


def conditioned(scope):
    student = StudentCNN(scope=scope)
    student.condition(EXACT.z())
    return student


@pytest.fixture(scope="module")
def teacher():
    return TeacherCNN()


def test_everything_compressed(teacher):
    sizes = measure_sizes(teacher, conditioned("all"), feature=EXACT, images=IMAGES)
    assert sizes.trained_values["teacher"] == {
        "conv1": 1_664,
        "conv2": 73_856,
        "conv3": 147_584,
        "linear": 1_290,
    }
    assert sizes.trained_values["student"] == {
        "conv1": 264,
        "conv2": 200,
        "conv3": 200,
        "linear": 1_290,
        "circuit": 30,
    }
    n_mixings = 8 * sum(KERNELS.values())
    assert sizes.projection_bytes_avoided == 4 * 512 * n_mixings
    basis = 8 * (25 + 9 + 9)
    assert sizes.inference_bytes == {
        "teacher": 4 * 224_394,
        "student": 4 * (224_394 + n_mixings + basis + 512),
        "student_as_plain_network": 4 * 224_394,
    }
    assert sizes.multiply_adds_per_image == {
        "teacher": PER_IMAGE,
        "student_as_plain_network": PER_IMAGE,
    }
    mixing = 8 * (64 * 25 + 64 * 128 * 9 + 128 * 128 * 9)
    assert sizes.multiply_adds_to_load == 512 * n_mixings + mixing


def test_partly_compressed_counts_the_dense_layer_once(teacher):
    sizes = measure_sizes(teacher, conditioned("conv1+conv2"), feature=EXACT, images=IMAGES)
    n_mixings = 8 * (64 + 64 * 128)
    assert sizes.projection_bytes_avoided == 4 * 512 * n_mixings
    assert sizes.inference_bytes["student"] == 4 * (224_394 + n_mixings + 8 * 34 + 512)
    assert sum(sizes.trained_values["student"].values()) == 149_368


def test_files_are_as_large_as_written(teacher, tmp_path):
    student = conditioned("all")
    sizes = measure_sizes(teacher, student, feature=SAMPLED, images=IMAGES)
    written = {
        name: save_compressed(student, tmp_path / name, feature=SAMPLED, images=IMAGES, dtype=dtype)
        for name, dtype in (("student", torch.float32), ("student_float16", torch.float16))
    }
    content = save(load(save({k: v.contiguous() for k, v in teacher.state_dict().items()})))
    assert sizes.file_bytes == {"teacher": len(content), **written}
    assert 897_576 < len(content) < 899_000


def test_colour_images_cost_more_multiply_adds():
    teacher, student = TeacherCNN(3), StudentCNN(3, scope="all")
    student.condition(EXACT.z())
    images = ImageFormat((3, 32, 32), (0.5,) * 3, (0.2,) * 3)
    sizes = measure_sizes(teacher, student, feature=EXACT, images=images)
    assert sizes.multiply_adds_per_image["teacher"] == (
        1024 * 25 * 3 * 64 + 256 * 9 * 64 * 128 + 64 * 9 * 128 * 128 + 1280
    )


def test_the_text_says_what_is_saved_and_what_is_not(teacher, tmp_path):
    student = conditioned("all")
    sizes = measure_sizes(teacher, student, feature=EXACT, images=IMAGES)
    text = "\n".join(size_lines(dataclasses.asdict(sizes)))
    assert "403.7 MB" in text and "898 kB" in text and "22.9 million, 22.9 million" in text
    save_compressed(student, tmp_path / "s", feature=EXACT, images=IMAGES)
    described = describe_file(tmp_path / "s")
    assert text in described and "1,984, 224,394: 113.10x" in described
    assert "computed from the angles" in described and "1774079036515463716" in described


def test_a_file_without_origin_is_described_without_a_ledger(tmp_path):
    save_compressed(conditioned("all"), tmp_path / "s")
    described = describe_file(tmp_path / "s")
    assert "origin not described" in described and "Trained values" not in described
