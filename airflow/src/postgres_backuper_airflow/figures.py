"""Figures and names for people."""

from __future__ import annotations

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def size(number_of_bytes: float) -> str:
    """Return e.g. ``1.5 MiB``, as the program writes it."""
    amount, step = float(number_of_bytes), 0
    while amount >= 1024 and step < len(_UNITS) - 1:
        amount, step = amount / 1024, step + 1
    return f"{amount:.0f} {_UNITS[step]}" if step == 0 or amount >= 100 else f"{amount:.1f} {_UNITS[step]}"


def percent(part: float, whole: float) -> str:
    """Return e.g. ``1.3 %``, ``43 %``, ``under 0.1 %``, as the program writes it."""
    share = part / whole * 100 if whole else 0.0
    if 0 < share < 0.05:
        return "under 0.1 %"
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.1f} %"


def age(milliseconds: float) -> str:
    """Return e.g. ``35 minutes``, ``30.5 hours``, ``12 days``: with the unit that fits."""
    hours = milliseconds / 3_600_000
    if hours < 1:
        return count(round(hours * 60), "minute")
    return f"{hours:.1f} hours" if hours < 72 else count(round(hours / 24), "day")


def count(number: int, noun: str) -> str:
    """Return e.g. ``1 table``, ``5,000 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(name: str) -> str:
    """Return a name on one line, with any characters in it."""
    return name if name.isprintable() else repr(name)
