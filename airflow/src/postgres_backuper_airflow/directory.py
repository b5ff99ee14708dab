"""A repository that is a directory of the worker."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path
from urllib.parse import unquote

from airflow.sdk.exceptions import AirflowException, AirflowFailException

_GB = 1024**3
# in a new file system
_OF_DISKS = ("lost+found",)
_MOUNT = "mount its disk, or, for the first backup in it, say 'create'"
log = logging.getLogger(__name__)


def of_repositories(text: str) -> list[Path]:
    """Return the directories among the repositories of BACKUP_REPOSITORY: one, or a JSON list."""
    every = json.loads(text) if text.startswith("[") else [text]
    paths = [unquote(str(one)[7:]) if str(one).lower().startswith("file://") else str(one) for one in every]
    return [Path(path) for path in paths if path and "://" not in path]


def require_directory(directory: Path, *, create: bool) -> None:
    """Fail without retry where nothing was ever stored, as in the directory of a disk that is not mounted.

    ``create`` makes a missing directory, for its owner only, and accepts an empty one.
    """
    if not directory.is_absolute():
        # it would be below the working directory of a task: without 's3://' a backup would succeed in the wrong place
        hint = "write the whole path, s3://bucket/prefix or sftp://user@host/path"
        raise AirflowFailException(f"'{directory}' is not a path from '/': {hint}")
    if create:
        _make(directory)
    elif not directory.is_dir():
        raise AirflowFailException(f"'{directory}' is not there: {_MOUNT}")
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise AirflowFailException(f"'{directory}' may not be written: make the user of the worker its owner")
    if not create and all(entry.name in _OF_DISKS for entry in directory.iterdir()):
        raise AirflowFailException(f"'{directory}' is empty: {_MOUNT}")


def require_free_space(directory: str, least_gb: float, *, create: bool = False) -> float:
    """Return the free GB of a repository's directory; fail when there are fewer, or no directory."""
    path = Path(directory)
    require_directory(path, create=create)
    free = shutil.disk_usage(path).free / _GB
    log.info("%s: %.1f GB free", directory, free)
    if free < least_gb:
        raise AirflowException(f"'{directory}' has {free:.1f} GB free, and MIN_FREE_SPACE_GB asks for {least_gb:g}")
    return round(free, 1)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AirflowFailException(
            f"'{directory}' cannot be made ({error.strerror}): make it for the user of the worker, or name another one"
        ) from error
