import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { BackuperError } from '@postgres-backuper/base';

/** As PostgreSQL's own \password makes it. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;

/**
 * What a server keeps of a password (RFC 5803): the server and its log never see the password. Errors:
 * configuration-invalid for a password with other characters than printable ASCII, which SASLprep might change.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  if (!/^[ -~]+$/.test(password)) {
    throw new BackuperError('configuration-invalid', 'the password of the role is empty or not printable ASCII', {
      hint: 'choose another one, or set it with \\password in psql',
    });
  }
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const begin = `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}`;
  return `${begin}$${stored}:${keyed('Server Key').toString('base64')}`;
}
