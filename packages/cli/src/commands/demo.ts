import { BackuperError } from '@postgres-backuper/base';
import type { Command } from '../command.ts';

/** Lives beside the tests' servers, which the bundle does not hold. Errors: usage-invalid. */
export const runDemo: Command = async ({ resolved, context, terminal }) => {
  const { demo } = await import('../demo/demo.ts').catch(() => {
    throw new BackuperError('usage-invalid', 'the demo runs in a clone of the project', {
      hint: "there, run 'npx --yes pnpm@12 demo'",
    });
  });
  return { result: await demo({ onS3: resolved.settings.s3, megabytes: 200 }, { terminal, context }), text: '' };
};
