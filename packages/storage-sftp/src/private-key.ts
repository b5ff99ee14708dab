import { BackuperError, say } from '@postgres-backuper/base';
import type { ParsedKey } from 'ssh2';
import { utils } from './library.ts';

/** An SSH key that can sign. */
export type PrivateKey = ParsedKey;

/**
 * Reads a private key in the format of OpenSSH, PEM or PuTTY (version 2). Errors: key-invalid, passphrase-missing,
 * passphrase-wrong; none repeats a part of the key.
 */
export function parsePrivateKey(text: string, passphrase?: string): PrivateKey {
  const parsed = utils.parseKey(withLineEnds(text), passphrase);
  if (parsed instanceof Error) throw unreadable(parsed.message, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key?.isPrivateKey()) return key;
  throw invalid('it is a public key', 'give the file without .pub');
}

/** Some CI systems store a secret's line ends as `\n`, others the file in Base64. */
function withLineEnds(text: string): string {
  const plain = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
  return `${(plain.includes('\n') ? plain : plain.replaceAll('\\n', '\n')).trim()}\n`;
}

function unreadable(said: string, passphrase: string | undefined): BackuperError {
  const option = say.option('sftpKeyPassphrase');
  if (/no passphrase given/i.test(said) || (passphrase === undefined && /bad passphrase/i.test(said)))
    return new BackuperError('passphrase-missing', 'the SSH key is locked by a passphrase', {
      hint: `give it with ${option}, or load the key into an ssh-agent`,
    });
  if (passphrase !== undefined && /passphrase|bad decrypt|malformed/i.test(said))
    return new BackuperError('passphrase-wrong', 'the passphrase does not unlock the SSH key', {
      hint: `correct ${option}`,
    });
  return invalid('its format is not known', 'give a private key of OpenSSH, e.g. one made by ssh-keygen -t ed25519');
}

function invalid(why: string, hint: string): BackuperError {
  return new BackuperError('key-invalid', `${say.given('sftpKey')} cannot be used: ${why}`, { hint });
}
