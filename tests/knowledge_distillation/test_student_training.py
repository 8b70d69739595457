import pytest
import torch
from torch.nn import functional

from pqkd_helpers.knowledge_distillation import TeacherCNN, distillation_loss
from pqkd_helpers.knowledge_distillation import student_training as distillation
from pqkd_helpers.knowledge_distillation.settings import DistillationSettings
from pqkd_helpers.knowledge_distillation.student_training import (
    Distillation,
    DistilledStudentTrainer,
)
from pqkd_helpers.networks import evaluate, predict_logits

WIDTHS = (4, 6, 8)


def trainer_of(data, *, seed=0, **settings):
    recipe = DistillationSettings(
        **{"epochs": 3, "batch_size": 64, "learning_rate": 0.01, **settings}
    )
    student, teacher = TeacherCNN(1, WIDTHS, seed=5), TeacherCNN(1, WIDTHS, seed=6)
    return DistilledStudentTrainer(student, teacher, data, recipe, seed=seed)


def test_it_learns_the_labels(digits):
    trainer = trainer_of(digits, hard_weight=1.0, epochs=8)
    epochs = [trainer.run_epoch() for _ in range(8)]
    assert [epoch.epoch for epoch in epochs] == list(range(1, 9))
    assert epochs[-1].validation_accuracy > 0.8
    assert (
        epochs[-1].validation_accuracy == evaluate(trainer.student, digits, "validation").accuracy
    )


def test_without_labels_it_learns_the_teacher(digits):
    """An untrained teacher has nothing to say of the labels; the student comes to agree with it."""
    trainer = trainer_of(digits, hard_weight=0.0, temperature=1.0, epochs=10)
    teacher = trainer.distillation._teacher
    before = agreement(trainer.student, teacher, digits)
    for _ in range(10):
        trainer.run_epoch()
    assert agreement(trainer.student, teacher, digits) > max(0.7, before + 0.2)


def agreement(student, teacher, data):
    answers = [predict_logits(net, data, data.test.images).argmax(1) for net in (student, teacher)]
    return (answers[0] == answers[1]).double().mean().item()


def test_going_on_equals_going_through(digits):
    through, first, second = (trainer_of(digits) for _ in range(3))
    expected = [through.run_epoch() for _ in range(3)][-1]
    first.run_epoch()
    second.load_state(first.state())
    second.run_epoch()
    assert second.run_epoch() == expected
    for a, b in zip(through.student.parameters(), second.student.parameters(), strict=True):
        assert torch.equal(a, b)


def test_under_augmentation_the_teacher_sees_what_the_student_sees(digits, monkeypatch):
    trainer = trainer_of(digits, augmentation="flip-and-shift")
    teacher = trainer.distillation._teacher
    seen = {"student": [], "teacher": []}
    for name, network in (("student", trainer.student), ("teacher", teacher)):
        network.register_forward_pre_hook(lambda _, args, name=name: seen[name].append(args[0]))
    targets = []

    def spy(logits, teacher_logits, labels, **settings):
        targets.append(teacher_logits)
        return distillation_loss(logits, teacher_logits, labels, **settings)

    monkeypatch.setattr(distillation, "distillation_loss", spy)
    trainer.run_epoch()
    n = trainer.steps_per_epoch
    assert not teacher.training and len(seen["teacher"]) == n
    plain = digits.normalise(digits.train.images).sum(dim=(1, 2, 3)).sort().values
    batches = torch.cat(seen["teacher"]).sum(dim=(1, 2, 3)).sort().values
    assert not torch.allclose(plain, batches)
    for i in range(n):
        assert torch.equal(seen["student"][i], seen["teacher"][i])
        assert torch.allclose(targets[i], teacher(seen["teacher"][i]).detach())


def test_a_teacher_in_training_mode_teaches_the_same_and_learns_nothing(digits):
    settings = DistillationSettings(augmentation="flip-and-shift", batch_size=600)
    losses = []
    for left_training in (False, True):
        student = TeacherCNN(1, WIDTHS, seed=5)
        teacher = TeacherCNN(1, WIDTHS, batch_norm=True, seed=6)
        distillation = Distillation(student, teacher, digits, settings, seed=0)
        before = {name: value.clone() for name, value in teacher.state_dict().items()}
        teacher.train(left_training)
        losses.append(distillation.train_epoch(0))
        assert all(torch.equal(before[name], v) for name, v in teacher.state_dict().items())
    assert losses[0] == losses[1]


def test_a_network_cannot_teach_itself(digits):
    student = TeacherCNN(1, WIDTHS, seed=5)
    with pytest.raises(ValueError, match="same network"):
        Distillation(student, student, digits, DistillationSettings(), seed=0)


def test_augmented_images_differ_from_epoch_to_epoch_but_not_from_run_to_run(digits):
    def first_images(epoch):
        trainer = trainer_of(digits, augmentation="flip-and-shift")
        return next(trainer.distillation.adam._batches(epoch))

    a, b, c = first_images(0), first_images(0), first_images(1)
    assert torch.equal(a.images, b.images)
    other = first_images(1)
    assert torch.equal(c.images, other.images) and not torch.equal(a.images, c.images)
    assert torch.equal(a.labels, digits.train.labels[a.indices])


def test_label_smoothing_is_in_the_loss(digits):
    student, teacher = TeacherCNN(1, WIDTHS, seed=5), TeacherCNN(1, WIDTHS, seed=6)
    settings = DistillationSettings(hard_weight=1.0, label_smoothing=0.2)
    loss = Distillation(student, teacher, digits, settings, seed=0).validation_loss
    logits = predict_logits(student, digits, digits.validation.images)
    labels = digits.validation.labels
    spread = 0.8 * functional.one_hot(labels, 10) + 0.02
    expected = -(spread * logits.log_softmax(1)).sum(1).mean().item()
    assert loss(logits) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("wrong", [1.0, -0.1, "a little"])
def test_label_smoothing_is_checked(wrong):
    with pytest.raises(ValueError, match="label_smoothing"):
        DistillationSettings(label_smoothing=wrong)
