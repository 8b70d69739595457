"""Pictures that are easy to tell apart, in all the forms that a data set may have on disk."""

import io
import json

import numpy as np
from PIL import Image

CLASSES = ("bottom", "middle", "top")


def bands(n, *, channels=1, size=12, seed=0):
    """Return noisy images ``(n, channels, size, size)`` with a bright band, and where it is."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    images = rng.integers(0, 80, (n, channels, size, size)).astype(np.uint8)
    third = size // 3
    for image, label in zip(images, labels, strict=True):
        rows = (2 - label) * third  # top is the last class by name
        image[:, rows : rows + third] += 120
    return images, labels


def picture(image):
    return Image.fromarray(image[0] if len(image) == 1 else image.transpose(1, 2, 0))


def folders(path, images, labels):
    """Write a folder of PNG files for each class."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        file = path / CLASSES[label] / f"{number:04d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        picture(image).save(file)
    return path


def png(image):
    buffer = io.BytesIO()
    picture(image).save(buffer, "PNG")
    return buffer.getvalue()


def arrow(path, images, labels, *, without_bytes=()):
    """Write what ``save_to_disk`` of Hugging Face's datasets writes."""
    import pyarrow as pa

    rows = [
        {"bytes": None if i in without_bytes else png(image), "path": f"{i}.png"}
        for i, image in enumerate(images)
    ]
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    table = pa.table({"image": pa.array(rows, kind), "label": pa.array(labels, pa.int64())})
    path.mkdir(parents=True)
    with pa.ipc.new_stream(str(path / "data-00000-of-00001.arrow"), table.schema) as writer:
        writer.write_table(table)
    features = {
        "image": {"_type": "Image"},
        "label": {"names": list(CLASSES), "_type": "ClassLabel"},
    }
    (path / "dataset_info.json").write_text(json.dumps({"features": features}))
    state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}
    (path / "state.json").write_text(json.dumps(state))
    return path
