"""A right answer to the exercise of notebook 11, written in another way than the reference."""

import numpy as np


def all_patches_at_once(image, kernel):
    patches = np.lib.stride_tricks.sliding_window_view(image, np.shape(kernel))
    return np.einsum("ijab,ab->ij", patches, kernel)


ANSWERS = {"11.1": all_patches_at_once}
EQUIVALENT = {}
