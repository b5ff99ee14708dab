import { existsSync, readFileSync } from 'node:fs';
import type { Option } from './option.ts';

/** The content of a file with a secret or key; a binary key as Base64, which the readers of keys accept as well. */
export function readSecretFile(
  option: Option,
  { source, path }: { readonly source: string; readonly path: string },
  problems: string[],
): string | undefined {
  try {
    const bytes = readFileSync(withoutLineEnd(path));
    if (isText(bytes)) return bytes.toString('utf8');
    if (option.type === 'key') return bytes.toString('base64');
    problems.push(`${source}: the file is not UTF-8 text`);
  } catch (error) {
    problems.push(`${source}: ${unreadable(withoutLineEnd(path), (error as NodeJS.ErrnoException).code)}`);
  }
  return undefined;
}

/**
 * What is wrong with a secret; undefined for nothing. A line end inside it is a mistake: programs that read the secret from
 * a file stop there, and could not decrypt what was encrypted with the whole secret.
 */
export function secretProblem(option: Option, text: string): string | undefined {
  if (option.type !== 'secret') return undefined;
  const secret = withoutLineEnd(text);
  if (/[\n\r]/.test(secret)) return 'holds a line end inside: a secret is one line';
  if (secret.includes('\0')) return 'holds a zero byte';
  return secret.startsWith('\uFEFF') ? 'begins with a byte order mark: save it without one' : undefined;
}

/** A line end after the last line comes from the editor or the CI system; it is no part of the secret. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** A path is shown only if it exists: one that does not may be the secret itself. */
function unreadable(path: string, code = 'unknown error'): string {
  if (path.includes('-----BEGIN')) return 'a key stands where the path of its file belongs';
  if (existsSync(path)) return `the file '${path}' cannot be read (${code})`;
  return `there is no such file (${code}); what was given is not shown, since it may be the secret itself`;
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8')).equals(bytes);
}
