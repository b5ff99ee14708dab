import type { Token } from './script-part.ts';

/**
 * The source or target of a COPY statement: `data` that follow in the script, the `client`, a `file` or `program` on
 * the server; undefined for another statement.
 */
export function copySource(head: readonly Token[]): 'data' | 'client' | 'file' | 'program' | undefined {
  if (head[0] !== 'copy') return undefined;
  const at = head.findIndex((token) => token === 'from' || token === 'to'); // both are reserved: never names
  const place = head[at + 1];
  if (at < 0 || place === undefined) return 'file';
  if (place === 'program') return 'program';
  if (place !== 'stdin' && place !== 'stdout') return 'file'; // the server accepts either word in either direction
  return head[at] === 'from' ? 'data' : 'client';
}
