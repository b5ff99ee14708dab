import { type KeyObject, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { BackupRequest } from '@postgres-backuper/core';
import { type ChunkKeys, DEDUP_SECRET_BYTES, deriveChunkKeys, derivePartsKey } from '@postgres-backuper/format';
import { type SettingsOf, say, settingsError } from '@postgres-backuper/options';
import { parseLastFull } from './last-full.ts';

/** As slow to guess as a passphrase in an OpenPGP message: an index must not be the faster way. 128 MiB, half a second. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

type SecretSettings = Pick<SettingsOf<'backup' | 'check'>, 'incremental' | 'dedupSecret' | 'passphrase' | 'encryption'>;
type SetSettings = SecretSettings & Pick<SettingsOf<'backup'>, 'fullEvery' | 'lastFullBackup'>;

const MAKE_ONE = "to that of keygen, or once to what 'openssl rand -base64 32' prints";

/** What the backups of a name need to be a set; undefined: no usable secret is given and none can be made. */
export async function setRequest(settings: SetSettings, name: string): Promise<BackupRequest['set']> {
  const { incremental, fullEvery: fullEveryMs, lastFullBackup } = settings;
  const secret = await secretOf(settings, name);
  if (secret === undefined) return undefined;
  const fullSince = lastFullBackup === undefined ? undefined : parseLastFull(lastFullBackup);
  const whyFull =
    fullSince === 'unknown'
      ? `${say.given('lastFullBackup')} is neither a time nor a label, e.g. 2024-03-15 02:15`
      : undefined;
  return {
    ...{ keys: deriveChunkKeys(secret), fullEveryMs, incremental, whyFull },
    fullSince: fullSince === 'unknown' ? undefined : fullSince,
  };
}

/** Why these settings can make no set, and what to set; undefined: they can. A backup is made all the same. */
export function lacksSecret({ incremental, dedupSecret, passphrase, encryption }: SecretSettings): string | undefined {
  if (encryption === 'none' || passphrase !== undefined) return undefined;
  if (dedupSecret !== undefined) {
    if (parseDedupSecret(dedupSecret.reveal()) !== undefined) return undefined;
    return `${say.given('dedupSecret')} is not 32 bytes in base64 or in hexadecimal digits; set it ${MAKE_ONE}`;
  }
  if (!incremental) return undefined;
  return `${say.given('incremental')} needs a secret besides the public key; set ${say.option('dedupSecret')} ${MAKE_ONE}`;
}

/** What the jobs of a backup in parts share. */
interface PartsKeys {
  /** What seals plan and parts. */
  readonly key: KeyObject;
  /** Those of setRequest: what chunks are made with. */
  readonly keys: ChunkKeys;
}

/** Of the secret that differentials use, or of the passphrase. Errors: configuration-invalid without either. */
export async function partsKeys(settings: SecretSettings, name: string): Promise<PartsKeys> {
  const { encryption, dedupSecret } = settings;
  const ofSets = await secretOf({ ...settings, incremental: true }, name);
  const own = encryption === 'none' ? dedupSecret && parseDedupSecret(dedupSecret.reveal()) : ofSets;
  if (own !== undefined && ofSets !== undefined) return { key: derivePartsKey(own), keys: deriveChunkKeys(ofSets) };
  const problem =
    lacksSecret(settings) ?? 'a backup in parts needs a secret that all its jobs have, besides the public key';
  throw settingsError([problem], `set ${say.option('dedupSecret')} in all of them ${MAKE_ONE}`);
}

/** Of a passphrase always its own: a differential of a full with another passphrase could not be read. */
async function secretOf(
  { incremental, dedupSecret, passphrase, encryption }: SecretSettings,
  name: string,
): Promise<Buffer | undefined> {
  if (encryption === 'none') return incremental ? Buffer.alloc(DEDUP_SECRET_BYTES) : undefined;
  if (passphrase !== undefined) return incremental ? fromPassphrase(passphrase.reveal(), name) : undefined;
  return dedupSecret === undefined ? undefined : parseDedupSecret(dedupSecret.reveal());
}

function fromPassphrase(passphrase: string, name: string): Promise<Buffer> {
  const derive = promisify<string, string, number, typeof SCRYPT, Buffer>(scrypt);
  return derive(passphrase, `postgres-backuper chunks v1 ${name}`, DEDUP_SECRET_BYTES, SCRYPT);
}

/** 32 bytes in base64 or hexadecimal digits; undefined: another form. */
export function parseDedupSecret(text: string): Buffer | undefined {
  const written = text.trim();
  const isHex = /^[0-9a-f]{64}$/i.test(written);
  if (!isHex && !/^[A-Za-z0-9+/]{43}=$/.test(written)) return undefined;
  return Buffer.from(written, isHex ? 'hex' : 'base64');
}
