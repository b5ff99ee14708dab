import { createSpeech, type HostName } from '@postgres-backuper/hosts';
import { expect, test } from 'vitest';
import { startHost } from './host.ts';

async function wroteOn(name: HostName, json: boolean) {
  const written = { out: '', error: '' };
  const terminal = {
    writeOut: (text: string) => {
      written.out += text;
    },
    writeError: (text: string) => {
      written.error += text;
    },
    writeBytes: async () => true,
    ...{ interactive: false, prompts: false, width: () => 80, colours: { out: false, error: false } },
  };
  const speech = createSpeech(name, { command: 'list', environment: {}, originOf: () => undefined });
  const host = await startHost(name, { settings: { json, verbose: false }, environment: {}, terminal, speech });
  host?.emit({ type: 'warning', text: 'the disk is nearly full' });
  return written;
}

test('a host that is named shows its log on standard output, but never beside the JSON document there', async () => {
  expect(await wroteOn('machine', false)).toEqual({ out: 'warning: the disk is nearly full\n', error: '' });
  expect(await wroteOn('machine', true)).toEqual({ out: '', error: 'warning: the disk is nearly full\n' });
});
