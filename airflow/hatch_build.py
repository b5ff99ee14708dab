"""Puts the program into the wheel and into the sdist, from which the wheel is built where there is no repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Of the sdist.
_PROGRAM = "program"


class ProgramHook(BuildHookInterface[Any]):
    """The program is built beside this package: in the repository's ``dist``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name its folder; an editable install finds the repository's."""
        root = Path(self.root)
        carried = root / _PROGRAM
        program = carried if carried.is_dir() else root.parent / "dist"
        if not (program / "postgres-backuper.cjs").is_file():
            raise FileNotFoundError(f"there is no program in {program}: build from the repository, or from an sdist")
        inside = _PROGRAM if self.target_name == "sdist" else "postgres_backuper_airflow/dist"
        if version != "editable" and not (self.target_name == "sdist" and carried.is_dir()):
            build_data["force_include"][str(program)] = inside
