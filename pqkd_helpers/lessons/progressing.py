"""What is done in a notebook and what is open, in this session."""

from .checking import open_exercises, solved_so_far
from .predicting import predictions_of


def progress(notebook: str) -> None:
    """Say how many exercises are solved and predictions written down, and name those that are not.

    A new kernel has seen nothing yet: "Run All" counts anew.

    Parameters
    ----------
    notebook : str
        Its number: ``"5"``.

    Raises
    ------
    ValueError
        If there is no such notebook.
    """
    print(solved_so_far(notebook))
    for exercise in open_exercises(notebook):
        print(f"  open: {exercise.number} {exercise.name} (about {exercise.minutes} minutes)")
    predictions = predictions_of(notebook)
    unguessed = [name for name, is_guessed in predictions.items() if not is_guessed]
    n_guessed = len(predictions) - len(unguessed)
    print(f"Written down: {n_guessed} of {len(predictions)} predictions.")
    if unguessed:
        print(f"  open: {', '.join(unguessed)}")
