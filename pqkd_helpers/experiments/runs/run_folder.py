"""A run's folder: one subfolder per finished epoch, written whole, then renamed.

    NAME/run.json                         configuration and its hash, device, threads
    NAME/epoch_0001/metrics.json          what the epoch measured
    NAME/epoch_0001/feature.safetensors   theta, histograms and z of the epoch (students)
    NAME/epoch_0001/state.safetensors     weights, Adam's moments, ...: the last two epochs only
    NAME/epoch_0001/checksums.json        SHA-256 of the files above
    NAME/student.safetensors              the trained student, compressed, once it is finished
    NAME/record.json                      the run's record, once it is finished

A run killed at any moment leaves whole epochs and perhaps a folder ``.partial-...``, which is
cleared away at the next start. Nothing in a folder is ever unpickled. What is finished can be read
where nothing can be written.
"""

import errno
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ...common.files import (
    as_path,
    json_bytes,
    sha256,
    sync_folder,
    write_atomically,
    write_durably,
)
from ...records.record import configuration_hash

STUDENT_FILE = "student.safetensors"
FEATURE_NAMES = ("theta", "histogram", "smoothed_histogram", "z")
_STATES_KEPT = 2
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)


class RunFolderError(ValueError):
    """A run folder that cannot be continued: of another configuration, or damaged."""


class RunFolder:
    """Open the folder of a run, new or begun before.

    Parameters
    ----------
    path : path
        The folder; made if it is missing.
    configuration : dict
        Plain JSON values; must equal those that the folder was begun with.
    device : str
        Device of the computation; must be the same too.
    wait : bool
        Whether to wait while another process works in the folder, or to raise an error.

    Raises
    ------
    RunFolderError
        If the folder belongs to another configuration, device or number of threads, is damaged,
        or another process is working in it.
    """

    def __init__(
        self, path: Path | str, configuration: dict[str, Any], *, device: str, wait: bool = False
    ) -> None:
        self.path = as_path(path)
        self._read_only: OSError | None = None
        self._lock = self._locked(wait)
        identity = {
            "configuration": configuration,
            "configuration_hash": configuration_hash(configuration),
            "device": device,
            "threads": torch.get_num_threads(),
        }
        try:
            self._describe_or_compare(identity)
        except BaseException:
            self._lock.release()  # a traceback may keep this object, and with it the lock, alive
            raise
        for partial in self.path.glob(".partial-*") if self._read_only is None else ():
            shutil.rmtree(partial) if partial.is_dir() else partial.unlink()

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(self, *exception: object) -> None:
        self._lock.release()

    @property
    def record_path(self) -> Path:
        """Where the run's record goes."""
        return self.path / "record.json"

    @property
    def student_path(self) -> Path:
        """Where the trained student goes."""
        return self.path / STUDENT_FILE

    def check_writable(self) -> None:
        """Raise ``OSError`` if nothing can be written here: before an epoch is computed in vain."""
        if self._read_only is not None:
            raise self._read_only

    def epochs(self) -> list[dict[str, Any]]:
        """Return what the finished epochs measured, in order."""
        folders = self._epoch_folders()
        for number, folder in enumerate(folders, start=1):
            if folder.name != f"epoch_{number:04d}":
                raise RunFolderError(f"{self.path} has no epoch_{number:04d} but later ones")
            if "feature.safetensors" in self._checksums(folder):
                self._read_checked(folder, "feature.safetensors")
        return [json.loads(self._read_checked(folder, "metrics.json")) for folder in folders]

    def features(self) -> dict[str, Tensor]:
        """Return theta, histograms and z of all epochs, each of shape ``(epochs, ...)``."""
        epochs = [
            self._load_tensors(folder, "feature.safetensors") for folder in self._epoch_folders()
        ]
        return {name: torch.stack([epoch[name] for epoch in epochs]) for name in FEATURE_NAMES}

    def latest_state(self) -> dict[str, Tensor] | None:
        """Return the state after the last finished epoch, or None before the first."""
        folders = self._epoch_folders()
        return self._load_tensors(folders[-1], "state.safetensors") if folders else None

    def save_epoch(self, metrics: dict[str, Any], state: dict[str, Tensor]) -> None:
        """Store one finished epoch; ``metrics["epoch"]`` is its number, from 1."""
        files = {"metrics.json": json_bytes(metrics), "state.safetensors": _pack(state)}
        if all(name in state for name in FEATURE_NAMES):
            files["feature.safetensors"] = _pack({name: state[name] for name in FEATURE_NAMES})
        files["checksums.json"] = json_bytes(
            {name: sha256(content) for name, content in files.items()}
        )
        partial = self.path / f".partial-{uuid.uuid4().hex}"
        partial.mkdir()
        for name, content in files.items():
            write_durably(partial / name, content)
        sync_folder(partial)
        partial.rename(self.path / f"epoch_{metrics['epoch']:04d}")
        sync_folder(self.path)
        for folder in self._epoch_folders()[:-_STATES_KEPT]:
            (folder / "state.safetensors").unlink(missing_ok=True)

    def _epoch_folders(self) -> list[Path]:
        return sorted(self.path.glob("epoch_*"))

    def _locked(self, wait: bool) -> FileLock:
        """Take the folder's lock; the system frees it when this process ends, however it ends.

        Where it cannot be written, and a run was begun, the folder is opened to be read.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / ".lock", timeout=-1 if wait else 0)
        try:
            lock.acquire()
        except Timeout:
            raise RunFolderError(
                f"another process is working in {self.path}: wait for it, or give another --name"
            ) from None
        except OSError as error:
            if (self.path / "run.json").is_file() and error.errno in _READ_ONLY:
                self._read_only = error
            elif error.filename is not None:
                raise
            else:  # the file could be opened: it is the disk that has no locks
                raise RunFolderError(
                    f"{self.path} cannot be locked ({error.strerror}): give --runs on another disk"
                ) from error
        return lock

    def _describe_or_compare(self, identity: dict[str, Any]) -> None:
        described = self.path / "run.json"
        if not self._epoch_folders() and not self.record_path.exists():
            write_atomically(described, json_bytes(identity))
        elif described.exists():
            self._compare(self._read_json(described), identity)
        else:
            raise RunFolderError(f"{self.path} holds results but no run.json: use another --name")

    def _compare(self, found: dict[str, Any], expected: dict[str, Any]) -> None:
        if found.get("configuration_hash") != expected["configuration_hash"]:
            old, new = found.get("configuration", {}), expected["configuration"]
            changed = [
                f"{key} was {old.get(key)!r}, now {new.get(key)!r}"
                for key in sorted(old.keys() | new.keys())
                if old.get(key) != new.get(key)
            ]
            raise RunFolderError(
                f"{self.path} was begun with another configuration "
                f"({'; '.join(changed) or 'or by another version of the method'}): "
                "give the old configuration to go on, or another --name or --runs"
            )
        if found.get("device") != expected["device"]:
            raise RunFolderError(
                f"{self.path} was begun on {found.get('device')}, now {expected['device']}: "
                f"go on with --device {found.get('device')}, or give another --name"
            )
        if found.get("threads") != expected["threads"] and not self.record_path.exists():
            raise RunFolderError(
                f"{self.path} was begun with {found.get('threads')} threads, now "
                f"{expected['threads']}: the last digits would differ. Set the variable "
                f"OMP_NUM_THREADS to {found.get('threads')} to go on, or give another --name"
            )

    def _read_json(self, path: Path) -> dict[str, Any]:
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise RunFolderError(
                f"{path} is damaged ({error}): delete the folder {self.path} and run again"
            ) from error

    def _read_checked(self, folder: Path, name: str) -> bytes:
        try:
            expected = self._checksums(folder)[name]
            content = (folder / name).read_bytes()
        except (OSError, KeyError, TypeError) as error:
            raise RunFolderError(
                f"{folder / name} is damaged ({type(error).__name__}): {self._way_on(folder)}"
            ) from error
        if sha256(content) != expected:
            raise RunFolderError(
                f"{folder / name} is damaged (its SHA-256 differs): {self._way_on(folder)}"
            )
        return content

    def _checksums(self, folder: Path) -> dict[str, str]:
        try:
            return json.loads((folder / "checksums.json").read_bytes())
        except (OSError, ValueError) as error:
            raise RunFolderError(
                f"{folder / 'checksums.json'} is damaged ({type(error).__name__}): "
                f"{self._way_on(folder)}"
            ) from error

    def _way_on(self, folder: Path) -> str:
        before = [other for other in self._epoch_folders() if other < folder]
        if before and (before[-1] / "state.safetensors").exists():
            return f"delete {folder} and all later epochs to go on from the epoch before"
        return f"no earlier state is left, so delete the folder {self.path} and run again"

    def _load_tensors(self, folder: Path, name: str) -> dict[str, Tensor]:
        content = self._read_checked(folder, name)
        try:
            return load(content)
        except SafetensorError as error:
            raise RunFolderError(f"{folder / name} is not readable: {error}") from error


def _pack(tensors: dict[str, Tensor]) -> bytes:
    return save(
        {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    )
