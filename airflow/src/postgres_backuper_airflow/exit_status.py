"""Generated from the table in packages/base/src/errors.ts; do not edit."""

SKIPPED = 99
# wrong settings, damage, something missing: trying again changes nothing
LASTING = (2, 3, 4)
