"""The ledger of sizes as text."""

from typing import Any


def size_lines(sizes: dict[str, Any]) -> list[str]:
    """Return what is saved and what is not, in lines.

    Parameters
    ----------
    sizes : dict
        The fields of a `SizeLedger`, as in a record: of `measure_sizes`, or of
        `measure_plain_sizes`, which knows no compressed file and no kernels made from z.
    """
    files, memory = sizes["file_bytes"], sizes["inference_bytes"]
    per_image = sizes["multiply_adds_per_image"]
    lines = [
        f"  teacher                       {readable_bytes(files['teacher'])}",
        f"  student                       {_smaller(files, 'student')}",
    ]
    multiply_adds = (
        f"  multiply-adds per image       {per_image['student_as_plain_network'] / 1e6:.1f} "
        f"million, {per_image['teacher'] / 1e6:.1f} million"
    )
    if "student_float16" not in files:
        return ["Files:", *lines, "At inference (student, teacher):", multiply_adds]
    avoided = readable_bytes(sizes["projection_bytes_avoided"])
    return [
        f"Files (A, {avoided}, is in none of them: it is made again from its seeds):",
        *lines,
        f"  student in float16            {_smaller(files, 'student_float16')}",
        "At inference nothing is saved (student, teacher):",
        f"  weights in memory             {readable_bytes(memory['student'])}, "
        f"{readable_bytes(memory['teacher'])}",
        multiply_adds,
    ]


def _smaller(files: dict[str, int], name: str) -> str:
    ratio = files["teacher"] / files[name]
    compared = f"{ratio:.2f}x smaller" if ratio >= 1.0 else f"{1.0 / ratio:.2f}x larger"
    return f"{readable_bytes(files[name])}, {compared}"


def readable_bytes(n_bytes: int) -> str:
    """Return a number of bytes for people, in kB of 1,000 bytes or MB of a million.

    Examples
    --------
    >>> readable_bytes(9512), readable_bytes(897_576), readable_bytes(134_217_728)
    ('9.5 kB', '898 kB', '134.2 MB')
    """
    if n_bytes >= 1e6:
        return f"{n_bytes / 1e6:.1f} MB"
    return f"{n_bytes / 1e3:.0f} kB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} kB"
