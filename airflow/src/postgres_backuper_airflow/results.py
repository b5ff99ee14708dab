"""The parts of a command's result that go to XCom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# XComs are stored in Airflow's metadata database. Bytes of JSON.
LIMIT = 48 * 1024
_KEPT = 20


def label_of(result: Any) -> str | None:
    """Return the label of the only backup that the result is about."""
    if not isinstance(result, dict):
        return None
    backups = result.get("backups")
    about = backups[0] if isinstance(backups, list) and len(backups) == 1 else result
    label = about.get("label") if isinstance(about, dict) else None
    return label if isinstance(label, str) else None


def small(result: Any) -> Any:
    """Return the result; a large one with its lists cut, where each says what was left out."""
    return result if len(json.dumps(result)) <= LIMIT else _cut(result)


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(one) for name, one in value.items()}
    if isinstance(value, list):
        left_out = len(value) - _KEPT
        rest = [f"… and {left_out} more: see the log"] if left_out > 0 else []
        return [_cut(one) for one in value[:_KEPT]] + rest
    return value


def path_of(result: Any, label: str) -> str | None:
    """Return the file that commits this backup, where the repository is a directory of the worker."""
    for destination in result["backups"][0]["destinations"] if "backups" in result else []:
        location = destination.get("location", "")
        if destination.get("committed") and location.startswith("/"):
            found = next(Path(location).glob(f"*/backups/{label}.json"), None)
            return None if found is None else str(found)
    return None
