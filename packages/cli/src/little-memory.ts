import { setFlagsFromString } from 'node:v8';

/**
 * Must be called before the heap grows, and after the program is loaded: V8 takes the compiled code that Node.js has of its own
 * modules only while its flags are those of that code, and compiles them anew otherwise. Keeps V8's young generation at
 * its first size, 2 MiB; in a run of some seconds it would grow to 50 MiB and more, nearly all garbage. The old generation may
 * double before a collection, instead of growing fourfold. Measured: docs/decisions/pipeline.md.
 */
export function useLittleMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=100');
}
