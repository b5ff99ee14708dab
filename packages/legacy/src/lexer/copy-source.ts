import type { Token } from './script-part.ts';

/**
 * What a COPY statement reads or writes: `data` that follow in the script, the `client`, a `file` of the server, a
 * `program` on it; undefined for another statement.
 */
export function copySource(head: readonly Token[]): 'data' | 'client' | 'file' | 'program' | undefined {
  if (head[0] !== 'copy') return undefined;
  const at = head.findIndex((token) => token === 'from' || token === 'to'); // both are reserved: never names
  const place = head[at + 1];
  if (at < 0 || place === undefined) return 'file';
  if (place === 'program') return 'program';
  if (place !== 'stdin' && place !== 'stdout') return 'file'; // the server takes either word for either direction
  return head[at] === 'from' ? 'data' : 'client';
}
