"""From pictures to a figure by one command; whatever is wrong with them is said before any work."""

from PIL import Image

from pqkd_helpers.command_line.main import main
from pqkd_helpers.datasets import look_at
from pqkd_helpers.experiments.jobs.chosen_jobs import chosen_jobs
from pqkd_helpers.experiments.jobs.plan import plan_of
from pqkd_helpers.experiments.jobs.work import work
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.records.record import check_record, read_record

from ..datasets.made_up_pictures import bands, folders


def train(tmp_path, *options):
    return main(
        [
            *("train", "--preset", "quick", "--dataset", str(tmp_path / "pictures")),
            *("--widths", "8", "12", "16", "--epochs", "6", "--teacher-epochs", "6"),
            *("--scope", "all", "--spsa-steps", "2", "--device", "cpu"),
            *("--runs", str(tmp_path / "runs"), "--name", "mine", *options),
        ]
    )


def test_from_pictures_to_a_figure_by_one_command(tmp_path, capsys):
    folders(tmp_path / "pictures", *bands(600))
    assert train(tmp_path) == 0
    printed = capsys.readouterr().out
    assert "3 classes (bottom, middle, top), 12 x 12 pixels, 1 channel; 480 images" in printed
    with Image.open(tmp_path / "runs/mine/training_curves.png") as picture:
        assert min(picture.size) > 500
    record = read_record(tmp_path / "runs/mine/record.json")
    assert record["dataset"] == look_at(tmp_path / "pictures").name
    accuracies = [record[who]["final"]["test"]["accuracy"] for who in ("teacher", "student")]
    assert min(accuracies) > 0.9  # the bands are easy

    before = (tmp_path / "runs/mine/record.json").read_bytes()
    assert train(tmp_path) == 0  # nothing is left to do
    assert (tmp_path / "runs/mine/record.json").read_bytes() == before
    Image.new("L", (12, 12)).save(tmp_path / "pictures/top/0002.png")
    assert train(tmp_path) == 2  # other pictures are another run
    assert "begun with another configuration" in capsys.readouterr().err


def test_a_bad_picture_is_named_before_anything_is_trained(tmp_path, capsys):
    folders(tmp_path / "pictures", *bands(60))
    (tmp_path / "pictures/top/notes.txt").write_text("not a picture")
    assert train(tmp_path) == 2
    told = capsys.readouterr().err
    assert "1 of 61 pictures cannot be used" in told and "top/notes.txt" in told
    assert not (tmp_path / "runs").exists()


def test_an_experiment_of_the_paper_on_pictures_of_ones_own(tmp_path, capsys):
    own = look_at(folders(tmp_path / "pictures", *bands(60, channels=3)))
    jobs = chosen_jobs("shot-noise", "smoke", 1, arms=("ema-25",), own_data=own)
    place = Workplace(tmp_path / "runs", device="cpu", own_data=own)
    assert [job.config.dataset for job in jobs] == [own.name]
    assert jobs[0].config.train_images is None  # the recipe's 200 are more than there are
    assert "1 to start" in str(plan_of(jobs, place, out=tmp_path / "out"))
    record = check_record(work(jobs[0], place))
    assert record["dataset"] == own.name and len(record["teacher"]["epochs"]) == 2


def test_reproduce_reads_and_refuses_them_first(tmp_path, capsys):
    asked = ["reproduce", "frontier", "--tier", "smoke", "--dry-run", "--dataset"]
    assert main([*asked, str(tmp_path / "nothing.npz")]) == 2
    assert "there are no data at" in capsys.readouterr().err
    pictures = str(folders(tmp_path / "pictures", *bands(60)))
    assert main([*asked, pictures, "--datasets", "mnist"]) == 2
    assert "not both" in capsys.readouterr().err
    assert main(["reproduce", "shot-sweep", "--dry-run", "--dataset", pictures]) == 2
    assert "no run of shot-sweep is left" in capsys.readouterr().err
