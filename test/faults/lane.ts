import { writeSync } from 'node:fs';
import { run } from '../../packages/cli/src/run.ts';
import type { LaneRequest, Turn } from './lanes.ts';

/** A process that runs commands in turn until time is over, without the start of a process for each. */
const { commands, untilMs } = JSON.parse(process.argv[2] ?? '') as LaneRequest;
const turns: Turn[] = [];

for (let turn = 0; turn < commands.length || Date.now() < untilMs; turn += 1) {
  const args = (commands[turn % commands.length] ?? []).map((word) => word.replace('{turn}', String(turn)));
  const said = { out: '', error: '' };
  const status = await run([...args, '--json'], {
    environment: process.env,
    terminal: {
      writeOut: (text) => {
        said.out += text;
      },
      writeError: (text) => {
        said.error += text;
      },
      writeBytes: async () => true,
      ...{ interactive: false, prompts: false, colours: { out: false, error: false }, width: () => 80 },
    },
  });
  turns.push({ args, status, ...said });
}
writeSync(1, JSON.stringify(turns));
process.exit(0);
