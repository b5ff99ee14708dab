import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { BackuperError } from '@postgres-backuper/base';
import { say } from '@postgres-backuper/options';
import type { Terminal } from './terminal.ts';

/** Asks twice on the terminal, without showing it. Errors: passphrase-missing without a terminal or when they differ. */
export async function askPassphrase(terminal: Terminal, signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY || !terminal.interactive) {
    throw new BackuperError(
      'passphrase-missing',
      'there is no passphrase for the private key, and no terminal to ask on',
      {
        hint: `set ${say.option('privateKeyPassphrase')}`,
      },
    );
  }
  const first = await ask('Passphrase for the private key: ', terminal, signal);
  if (first !== '' && first === (await ask('The same again: ', terminal, signal))) return first;
  throw new BackuperError(
    'passphrase-missing',
    first === '' ? 'the passphrase is empty' : 'the two passphrases differ',
    {
      hint: 'start again',
    },
  );
}

async function ask(question: string, terminal: Terminal, signal: AbortSignal): Promise<string> {
  terminal.writeError(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // in raw mode Ctrl-C is a key and no signal
  reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await reader.question('', { signal });
  } finally {
    reader.close();
    terminal.writeError('\n');
  }
}
