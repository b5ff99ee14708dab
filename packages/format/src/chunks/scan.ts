import { startWebAssembly } from '../web-assembly.ts';

/** Bytes of a span in which a cut is looked for. */
export interface ScanRequest {
  readonly span: Buffer;
  readonly from: number;
  readonly end: number;
  /** Of the bytes before `from`. */
  readonly hash: number;
  /** A cut is where the hash, as a number of 32 bits without sign, is below. */
  readonly limit: number;
}

/** `at`: after the byte whose hash is below the limit, or `end`. */
export interface Scanned {
  readonly at: number;
  readonly hash: number;
}

export type Scan = (request: ScanRequest) => Scanned;

/**
 * Per byte: `hash = hash * 2 + gear[byte]`, of 32 bits, until it is below the limit. So a hash depends on the last 32
 * bytes alone.
 */
export function createScan(gear: Int32Array): Scan {
  return scanByWebAssembly(gear) ?? scanOneByOne(gear);
}

/** What the other is compared with, and what runs where that cannot. */
export function scanOneByOne(gear: Int32Array): Scan {
  return ({ span, from, end, hash: before, limit }) => {
    let hash = before;
    for (let at = from; at < end; at += 1) {
      hash = ((hash << 1) + (gear[span[at] as number] as number)) | 0;
      if (hash >>> 0 < limit) return { at: at + 1, hash };
    }
    return { at: end, hash };
  };
}

/** Memory of the program: the gear, the hash at the end, bytes from here on. */
const HASH_AT = 1024;
const BYTES_AT = 2048;
/** Copied at once: small enough for the first cache of a processor. */
const STEP_BYTES = 16 * 1024;

/**
 * Four bytes a turn; this is the turn for the first of them, `$h` the hash, `$l` the limit. To read it: `wasm2wat`.
 *
 *     (local.set $h (i32.add (i32.shl (local.get $h) (i32.const 1))
 *       (i32.load (i32.shl (i32.load8_u offset=0 (local.get $at)) (i32.const 2)))))
 *     (if (i32.lt_u (local.get $h) (local.get $l)) (then (local.set $at (i32.add (local.get $at) (i32.const 1))) (br $out)))
 */
const PROGRAM = Buffer.from(
  // (memory (export "m") 1) (func (export "s") (param $at i32) (param $end i32) (param $h i32) (param $l i32) (result i32)
  'AGFzbQEAAAABCQFgBH9/f38BfwMCAQAFAwEAAQcJAgFtAgABcwAACvgBAfUBAQF/AkAgAUEDayEEAkADQCAAIARODQEgAkEBdCAALQAAQQJ0KAIA' +
    'aiECIAIgA0kEQCAAQQFqIQAMAwsgAkEBdCAALQABQQJ0KAIAaiECIAIgA0kEQCAAQQJqIQAMAwsgAkEBdCAALQACQQJ0KAIAaiECIAIgA0kEQCAA' +
    'QQNqIQAMAwsgAkEBdCAALQADQQJ0KAIAaiECIAIgA0kEQCAAQQRqIQAMAwsgAEEEaiEADAALCwNAIAAgAU4NASACQQF0IAAtAABBAnQoAgBqIQIg' +
    'AiADSQRAIABBAWohAAwCCyAAQQFqIQAMAAsLQYAIIAI2AgAgAAs=',
  'base64',
);

interface Exports {
  /** 64 KiB. */
  readonly m: { readonly buffer: ArrayBuffer };
  readonly s: (at: number, end: number, hash: number, limit: number) => number;
}

/** Half of the time of the other, the copy of the bytes included. Undefined: not possible here. */
function scanByWebAssembly(gear: Int32Array): Scan | undefined {
  const { m, s } = startWebAssembly<Exports>(PROGRAM) ?? {};
  if (m === undefined || s === undefined) return undefined;
  const bytes = Buffer.from(m.buffer, BYTES_AT, STEP_BYTES);
  const table = new DataView(m.buffer);
  for (const [byte, value] of gear.entries()) table.setInt32(byte * 4, value, true);
  return ({ span, from, end, hash: before, limit }) => {
    let hash = before;
    for (let at = from; at < end; ) {
      const copied = span.copy(bytes, 0, at, Math.min(end, at + STEP_BYTES)); // `set` takes ten times as long for memory of threads
      at += s(BYTES_AT, BYTES_AT + copied, hash, limit) - BYTES_AT;
      hash = table.getInt32(HASH_AT, true);
      if (hash >>> 0 < limit) return { at, hash };
    }
    return { at: end, hash };
  };
}
