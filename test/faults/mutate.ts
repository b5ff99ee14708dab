import type { Random } from './form.ts';
import type { Objects } from './golden-set.ts';

export interface Mutation {
  /** What happened to which object. */
  readonly text: string;
  /** Of what differs or is gone. */
  readonly keys: readonly string[];
  readonly objects: Objects;
}

type Change = (body: Buffer, random: Random) => Buffer;

/** Ways in which one object's bytes change. */
const CHANGES: Readonly<Record<string, Change>> = {
  overwrite: (body, random) => replaced(body, blockOf(body, random), (length) => random.bytes(length)),
  zeros: (body, random) => replaced(body, blockOf(body, random), (length) => Buffer.alloc(length)),
  'cut the end': (body, random) => body.subarray(0, random.below(body.length)),
  'cut the beginning': (body, random) => body.subarray(1 + random.below(body.length)),
  'cut a block': (body, random) => replaced(body, blockOf(body, random), () => Buffer.alloc(0)),
  append: (body, random) => Buffer.concat([body, random.bytes(1 + random.below(64))]),
  insert: (body, random) => replaced(body, { at: random.below(body.length), length: 0 }, () => random.bytes(8)),
  'duplicate a block': (body, random) => {
    const { at, length } = blockOf(body, random);
    return Buffer.concat([body.subarray(0, at + length), body.subarray(at)]);
  },
  'swap two blocks': (body, random) => {
    const length = 1 + random.below(Math.max(1, Math.floor(body.length / 3)));
    const first = random.below(Math.max(1, body.length - 2 * length));
    const second = first + length + random.below(Math.max(1, body.length - first - 2 * length));
    const parts = [body.subarray(second, second + length), body.subarray(first + length, second)];
    return Buffer.concat([
      ...[body.subarray(0, first), ...parts, body.subarray(first, first + length)],
      body.subarray(second + length),
    ]);
  },
};

/** Ways in which whole objects change. */
const KINDS = [...Object.keys(CHANGES), 'delete', 'exchange two objects', 'replace by another object'];

/** Changes some object or two of them, so that at least one differs afterwards. */
export function mutate(objects: Objects, random: Random): Mutation {
  for (;;) {
    const [kind, key, other] = [random.pick(KINDS), random.pick([...objects.keys()]), random.pick([...objects.keys()])];
    const mutated = changed(objects, { kind, key, other }, random);
    const keys = different(objects, mutated);
    if (keys.length > 0) return { text: `${kind}: ${key} (${other})`, keys, objects: mutated };
  }
}

interface Chosen {
  readonly kind: string;
  readonly key: string;
  readonly other: string;
}

function changed(objects: Objects, { kind, key, other }: Chosen, random: Random): Objects {
  const mutated = new Map(objects);
  const [one, two] = [objects.get(key) as Buffer, objects.get(other) as Buffer];
  const change = CHANGES[kind];
  if (change !== undefined) return mutated.set(key, change(one, random));
  if (kind !== 'delete')
    return kind.startsWith('exchange') ? mutated.set(key, two).set(other, one) : mutated.set(key, two);
  mutated.delete(key);
  return mutated;
}

function different(before: Objects, after: Objects): string[] {
  return [...before].filter(([key, bytes]) => after.get(key)?.equals(bytes) !== true).map(([key]) => key);
}

interface Block {
  readonly at: number;
  readonly length: number;
}

/** Up to 64 bytes that lie in the object. */
function blockOf(body: Buffer, random: Random): Block {
  const at = random.below(body.length);
  return { at, length: Math.min(body.length - at, 1 + random.below(64)) };
}

function replaced(body: Buffer, { at, length }: Block, by: (length: number) => Buffer): Buffer {
  return Buffer.concat([body.subarray(0, at), by(length), body.subarray(at + length)]);
}
