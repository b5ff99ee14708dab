"""The command line of the program that the wheel carries: ``python -m postgres_backuper_airflow keygen``."""

from __future__ import annotations

import os
import sys

from postgres_backuper_airflow import program

if __name__ == "__main__":
    node = program.node()
    os.execv(node, [node, str(program.bundle()), *sys.argv[1:]])  # noqa: S606
