import torch

from pqkd_helpers.networks.augmentation import erase_square, flip_and_shift


def test_every_image_is_a_shifted_and_perhaps_mirrored_copy_of_itself():
    images = torch.randint(1, 255, (200, 2, 9, 11), dtype=torch.uint8)
    result = flip_and_shift(images, torch.Generator().manual_seed(0))
    assert result.shape == images.shape and result.dtype == torch.uint8
    seen = set()
    for before, after in zip(images, result, strict=True):
        found = [
            (mirrored, dy, dx)
            for mirrored, image in ((False, before), (True, before.flip(-1)))
            for dy in range(9)
            for dx in range(9)
            if torch.equal(
                torch.nn.functional.pad(image, (4,) * 4)[:, dy : dy + 9, dx : dx + 11], after
            )
        ]
        assert len(found) == 1
        seen.add(found[0])
    assert {mirrored for mirrored, _, _ in seen} == {False, True}
    assert {dy for _, dy, _ in seen} == {dx for _, _, dx in seen} == set(range(9))


def test_the_draws_are_even():
    images = torch.arange(1, 10, dtype=torch.float32).expand(20_000, 1, 1, 9)
    result = flip_and_shift(images, torch.Generator().manual_seed(1))
    inside = result[result[:, 0, 0, 4] != 0]  # not shifted out of sight from above or below
    centre = inside[:, 0, 0, 4].long()
    assert abs(len(inside) / 20_000 - 1 / 9) < 0.01
    assert torch.bincount(centre, minlength=10)[1:].min() > 150  # of about 247 each
    mirrored = (inside[:, 0, 0, 3] > inside[:, 0, 0, 4]) | (
        (inside[:, 0, 0, 4] > inside[:, 0, 0, 5]) & (inside[:, 0, 0, 5] > 0)
    )
    assert abs(mirrored.double().mean().item() - 0.5) < 0.06


def test_one_square_is_erased_in_all_channels_and_nothing_else_changes():
    images = torch.randint(1, 255, (3000, 2, 12, 20), dtype=torch.uint8)
    result = erase_square(images, torch.Generator().manual_seed(0))
    hidden = result == 0
    assert result.dtype == torch.uint8 and torch.equal(result[~hidden], images[~hidden])
    assert torch.equal(hidden[:, 0], hidden[:, 1])
    rows, columns = hidden[:, 0].any(dim=2), hidden[:, 0].any(dim=1)
    assert torch.equal(hidden[:, 0], rows[:, :, None] & columns[:, None, :])  # a rectangle
    for sides, length in ((rows, 12), (columns, 20)):
        sizes = sides.sum(dim=1)
        assert sizes.max() == 8 and sizes.min() == 4  # half of it outside, at a corner
        whole = (sizes == 8).double().mean().item()
        assert abs(whole - (length - 7) / length) < 0.03  # centres are even
