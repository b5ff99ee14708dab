"""Generated from the table in packages/base/src/errors.ts; do not edit."""

SKIPPED = 99
# a part is missing; all rows of a restore are there, and some objects are not as they were
PARTLY = 4
# wrong settings, damage, something missing: trying again changes nothing
LASTING = (2, 3, 4)
