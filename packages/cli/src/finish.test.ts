import { BackuperError } from '@postgres-backuper/base';
import { createSpeech } from '@postgres-backuper/hosts';
import { resolveSettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { finish } from './finish.ts';

/** Finishes a good `prune` or a failed one; returns the status and what was said. */
async function finished(error: BackuperError | undefined, tell: () => Promise<readonly BackuperError[]>, push = tell) {
  const said: string[] = [];
  const write = (text: string) => said.push(text);
  const { settings } = resolveSettings({ command: 'prune', flags: new Map(), environment: {} });
  const terminal = {
    ...{
      writeOut: write,
      writeError: write,
      writeBytes: async () => true,
      interactive: false,
      prompts: false,
      width: () => 80,
    },
    colours: { out: false, error: false },
  };
  const speech = createSpeech('none', { command: 'prune', environment: {}, originOf: () => undefined });
  const finishing = {
    command: 'prune',
    settings,
    terminal,
    host: undefined,
    speech,
    about: {},
    notifier: { tell },
    pusher: { push },
    telemetry: { send: async () => [] },
    figures: { now: 0, elapsedMs: 0, retries: 0, names: [], repositories: [] },
  } as const;
  const status = await finish(error ?? { result: { repositories: [] }, text: 'pruned\n' }, finishing);
  return { status, text: said.join('') };
}

test.each([undefined, new BackuperError('storage-full', 'no room')])(
  'notifications that fail, in whatever way, are a warning and change no exit status',
  async (error) => {
    const status = error?.exitStatus ?? 0;
    const warning = new BackuperError('notification-failed', 'no message to Slack', { hint: 'try' });
    expect(await finished(error, async () => [])).toMatchObject({ status });
    const warned = await finished(error, async () => [warning]);
    expect(warned).toMatchObject({ status, text: expect.stringContaining('! no message to Slack\n') });
    const broken = await finished(error, () => Promise.reject(new TypeError('out of range')));
    expect(broken).toMatchObject({ status, text: expect.stringContaining('! out of range\n') });
  },
);
