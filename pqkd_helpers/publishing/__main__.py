"""``python -m pqkd_helpers.publishing notebooks [NAME ...]``, and others.

``figures --records FOLDER`` draws records of one's own, into a folder of one's own.
"""

import argparse
import json
from pathlib import Path

from ..common.files import write_atomically
from ..common.picture_files import picture_warnings_in_one_line
from ..common.terminal import prepare

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"


def main() -> None:
    """Carry out the command."""
    prepare()
    from ..records.stored import Catalogue
    from .execution import execute, read_notebook
    from .figures import update_text, write_figures, write_idea, write_light_in_short
    from .films import write_films
    from .guide import with_curriculum
    from .handouts import write_handouts
    from .own_figures import write_own_figures
    from .site import SiteError, build_site
    from .slides import build_slides

    builders = {"site": build_site, "slides": build_slides, "handouts": write_handouts}
    parser = argparse.ArgumentParser(prog="python -m pqkd_helpers.publishing")
    parser.add_argument("what", choices=("notebooks", *builders, "figures"))
    parser.add_argument("names", nargs="*", help="notebooks to execute; all that are ready if none")
    parser.add_argument("--records", type=Path, help="with figures: draw these, not the project's")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("runs/figures"),
        help="where those are drawn: OUT/TIER/NAME",
    )
    arguments = parser.parse_args()
    if arguments.records is not None:
        if arguments.what != "figures":
            parser.error("--records goes with figures")
        try:
            with picture_warnings_in_one_line(parser.prog):
                drawn = write_own_figures(arguments.records, arguments.out)
        except (ValueError, OSError) as error:
            parser.exit(2, f"{parser.prog}: {error}\n")
        print("\n".join(map(str, drawn)))
        return
    if not NOTEBOOKS.is_dir():
        parser.error(f"there is no {NOTEBOOKS}: publishing needs the whole repository")
    if arguments.what in builders:
        try:
            written = builders[arguments.what](NOTEBOOKS, ROOT / arguments.what)
            print("\n".join(map(str, written)))
        except SiteError as error:
            parser.exit(1, f"{parser.prog}: {error}\n")
        return
    if arguments.what == "figures":
        catalogue = Catalogue(ROOT / "figures" / "records")
        with picture_warnings_in_one_line(parser.prog):
            files = [*write_idea(ROOT / "figures"), *write_films(NOTEBOOKS)]
            files += write_figures(ROOT / "figures", catalogue)
            files += write_light_in_short(ROOT / "figures", catalogue)
            print("\n".join(map(str, files)))
        for text in (ROOT / "README.md", NOTEBOOKS / "reproducing.md"):
            update_text(text, catalogue)
        return
    entries = json.loads((NOTEBOOKS / "curriculum.json").read_text("utf-8"))["notebooks"]
    known = {Path(entry["file"]).stem: entry for entry in entries}
    chosen = [Path(name).stem for name in arguments.names]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        parser.error(f"no notebook is called {unknown}, one of {sorted(known)} is expected")
    for text in (ROOT / "README.md", NOTEBOOKS / "teaching.md", NOTEBOOKS / "syllabus.md"):
        write_atomically(text, with_curriculum(text.read_text("utf-8"), NOTEBOOKS).encode())
    for name in chosen or [name for name, entry in known.items() if entry["ready"]]:
        path = NOTEBOOKS / known[name]["file"]
        execute(path, title=known[name])
        print(f"{path.name}: {read_notebook(path).metadata['pqkd']['seconds']} s")


if __name__ == "__main__":
    main()
