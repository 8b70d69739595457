"""A run's training curves, and what SPSA saw and did."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .style import COLOURS, style
from .training_curves import draw_curve, draw_motion, draw_objective


def curves_and_diagnostics(record: dict[str, Any], rows: list[dict[str, Any]]) -> Figure:
    """Draw six panels over the epochs of a run.

    Parameters
    ----------
    record : dict
        A record of kind "run" with its traces.
    rows : list of dict
        The rows of `results.training_run`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    teacher, student = record["teacher"]["epochs"], record["student"]["epochs"]
    epochs = [row["epoch"] for row in rows]
    with style():
        figure = Figure(figsize=(10.4, 5.8), layout="constrained")
        accuracy, loss, objective, norms, motion, bound = figure.subplots(2, 3).ravel()
        for axes, name, key, scale in (
            (accuracy, "validation accuracy (%)", "validation_accuracy", 100.0),
            (loss, "validation cross-entropy (nats)", "validation_cross_entropy", 1.0),
        ):
            draw_curve(axes, teacher, key, "teacher", 0, scale)
            draw_curve(axes, student, key, "student", 1, scale)
            axes.set(xlabel="epoch", ylabel=name)
        draw_curve(accuracy, student, "fresh_z_validation_accuracy", "student, z afresh", 2, 100.0)
        draw_objective(objective, student)
        norms.plot(epochs, [row["SPSA mean gradient norm"] for row in rows], "v-", color=COLOURS[0])
        norms.set(xlabel="epoch", ylabel="SPSA's gradient norm (nats/rad)", yscale="log")
        draw_motion(motion, student)
        motion.set_ylabel("turn of z (degrees)")
        bound.plot(
            epochs,
            [100.0 * row["share of angles at the bound"] for row in rows],
            "P-",
            color=COLOURS[3],
        )
        bound.set(xlabel="epoch", ylabel="angles at the bound (%)", ylim=(-5, 105))
        for axes in (accuracy, loss, objective, norms, motion, bound):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for axes in (accuracy, loss, objective):
            axes.legend()
        return figure
