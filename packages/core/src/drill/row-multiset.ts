import { createHash } from 'node:crypto';

const LANES = 8;

/** Rows without their order: their number, and the sum of their SHA-256 (in eight lanes modulo 2^32). */
export interface RowMultiset {
  readonly rows: number;
  readonly lanes: readonly number[];
}

export const NO_ROWS: RowMultiset = { rows: 0, lanes: new Array<number>(LANES).fill(0) };

/**
 * Counts rows of COPY text, cut anywhere; a row ends with a newline. `order`: positions of the columns in the order in
 * which they are compared. Default: the order of the text.
 */
export function createRowCounter(order?: readonly number[]) {
  const lanes = new Uint32Array(LANES);
  let rows = 0;
  let partial: Buffer = Buffer.alloc(0);
  const addRow = (row: Buffer): void => {
    const digest = createHash('sha256')
      .update(order === undefined ? row : reordered(row, order))
      .digest();
    for (let lane = 0; lane < LANES; lane += 1) lanes[lane] = (lanes[lane] ?? 0) + digest.readUInt32LE(lane * 4);
    rows += 1;
  };
  return {
    update(chunk: Buffer): void {
      let rest = partial.length === 0 ? chunk : Buffer.concat([partial, chunk]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        addRow(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      }
      partial = Buffer.from(rest);
    },
    end: (): RowMultiset => ({ rows, lanes: [...lanes] }),
  };
}

/** A tab always separates two columns: one inside a value is escaped. */
function reordered(row: Buffer, order: readonly number[]): Buffer {
  const values = row.toString('latin1').split('\t');
  return Buffer.from(order.map((position) => values[position]).join('\t'), 'latin1');
}

/** Positions of the names in the order of their bytes: partitions may have their columns in different orders. */
export function columnOrder(names: readonly Buffer[]): number[] {
  const positions = names.map((name, position) => ({ name, position }));
  return positions.sort((a, b) => Buffer.compare(a.name, b.name)).map(({ position }) => position);
}

export async function countRows(chunks: AsyncIterable<Buffer>): Promise<RowMultiset> {
  const counter = createRowCounter();
  for await (const chunk of chunks) counter.update(chunk);
  return counter.end();
}

export function addRows(a: RowMultiset, b: RowMultiset): RowMultiset {
  return { rows: a.rows + b.rows, lanes: a.lanes.map((lane, index) => (lane + (b.lanes[index] ?? 0)) >>> 0) };
}

export function sameRows(a: RowMultiset, b: RowMultiset): boolean {
  return a.rows === b.rows && a.lanes.every((lane, index) => lane === b.lanes[index]);
}
