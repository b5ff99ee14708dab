import { randomBytes } from 'node:crypto';
import { keygen } from '@postgres-backuper/core';
import { DEDUP_SECRET_BYTES } from '@postgres-backuper/format';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import { askPassphrase } from '../ask-passphrase.ts';
import type { Command } from '../command.ts';
import { keygenText } from '../print/keygen.ts';

/** Makes a key pair and says where each half belongs. Errors: passphrase-missing, those of keygen. */
export const runKeygen: Command<'keygen'> = async ({ resolved, context, terminal }) => {
  const { output = '.', userId, privateKeyPassphrase, openpgpProfile } = resolved.settings;
  const generate = async () => {
    const passphrase = privateKeyPassphrase?.reveal() ?? (await askPassphrase(terminal, context.signal));
    const pair = await generateKeyPair({ userId, passphrase, profile: openpgpProfile, now: context.clock.now() });
    return { ...pair, dedupSecret: randomBytes(DEDUP_SECRET_BYTES).toString('base64') };
  };
  const result = await keygen({ directory: output }, { generate });
  return { result, text: keygenText(result) };
};
