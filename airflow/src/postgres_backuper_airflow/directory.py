"""A repository that is a directory of the worker."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from airflow.sdk.exceptions import AirflowException, AirflowFailException

_GB = 1024**3
log = logging.getLogger(__name__)


def require_free_space(directory: str, least_gb: float) -> float:
    """Make the directory where it is missing, for its owner only; return the free GB, fail when there are fewer."""
    path = Path(directory)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AirflowFailException(
            f"'{directory}' cannot be made ({error.strerror}): make it for the user of the worker, "
            "or let the Variable LOCAL_BACKUP_DIR name another one"
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise AirflowFailException(f"'{directory}' may not be written: make the user of the worker its owner")
    free = shutil.disk_usage(path).free / _GB
    log.info("%s: %.1f GB free", directory, free)
    if free < least_gb:
        raise AirflowException(f"'{directory}' has {free:.1f} GB free, and MIN_FREE_SPACE_GB asks for {least_gb:g}")
    return round(free, 1)
