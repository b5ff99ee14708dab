"""Runs the program in a process group of its own and writes its lines into the task's log."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Time between SIGTERM and SIGKILL, seconds: Airflow kills a task 5 s after its SIGTERM.
GRACE_S = 4.0

_LINE = re.compile(r"\[(debug|info|warning|error)\] (.*)")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SET_PARENT_DEATH_SIGNAL = 1


class Log(Protocol):
    """The part of a logger that is used."""

    def log(self, level: int, msg: str, /, *args: object) -> None:
        """Write one line."""


class Process:
    """One run of the program. ``end`` may be called from a signal's handler."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it."""
        self._child = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),
        )

    def follow(self, log: Log) -> int:
        """Log every line at its level until the program has ended; return its exit status."""
        if self._child.stdout is not None:
            for line in self._child.stdout:
                log_line(log, line.rstrip("\n"))
        return self._child.wait()

    def end(self) -> None:
        """End the group: SIGTERM, so that the program ends its own ones, and SIGKILL after a grace period."""
        if self._has_ended():
            return
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while time.monotonic() < deadline:
            if self._has_ended():
                return
            time.sleep(0.02)
        self._signal(signal.SIGKILL)

    def _has_ended(self) -> bool:
        """Look without reaping: the signal may have interrupted ``wait``, which then holds its lock."""
        try:
            return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)


def log_line(log: Log, line: str) -> None:
    """Log one line; one without a level is unexpected, such as the output of a crash."""
    found = _LINE.fullmatch(line)
    if found:
        log.log(_LEVELS[found[1]], "%s", found[2])
    elif line:
        log.log(logging.WARNING, "%s", line)


def _end_with(parent: int) -> Callable[[], None]:
    """Let the kernel end the program when this task is killed without time to do so."""
    libc = ctypes.CDLL(None)

    def before_exec() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(128 + signal.SIGTERM)

    return before_exec
