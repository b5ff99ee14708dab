import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isLong, ONCE, report } from './form.ts';
import { WORDS } from './network-parts.ts';
import { type NetworkPlace, startNetworkPlace } from './network-place.ts';
import { type Command, TABLE } from './network-table.ts';

/** All of the table in the long form, in the short one what is marked in it. */
const SCENARIOS = TABLE.flatMap((row) => {
  const commands = Object.keys(row.exits) as Command[];
  return commands
    .filter((command) => isLong || row.short?.includes(command))
    .map((command) => ({ ...row, command, row }));
});

/** Those whose faults hit in the midst of what they move; the others are tried too in the long form. */
const MEASURED = (Object.keys(WORDS) as Command[]).filter(
  (one) => isLong || SCENARIOS.some(({ command, row }) => command === one && ('cut' in row.make || 'hole' in row.make)),
);

describe('a network that fails between us and', ONCE, () => {
  let place: NetworkPlace;
  beforeAll(async () => {
    place = await startNetworkPlace();
  });
  afterAll(() => place?.stop());

  test.each(MEASURED)('nobody: %s ends with 0', async (command) => {
    const { status, stderr } = await place.measure(command);
    expect(status, stderr).toBe(0);
  });

  test.each(SCENARIOS)('$peer, $fault: $command', async ({ peer, row, command }) => {
    const found = await place.broken(row, command);
    await report({ kind: 'scenarios', what: `${peer}, ${command}`, tried: 1, violations: Math.min(found.length, 1) });
    expect(found).toEqual([]);
  });
});
