/**
 * `node simulate-parts.ts FOLDER WORKERS GIGABYTES SEGMENT_MIB`: a backup by a holder and so many workers, of a source that never
 * makes them wait. The time to read is computed; plan, sealed lists, catalog, list, confirmation and commit are made,
 * from the last list on with their CPU time measured: a storage of its own answers at once.
 * Prints what it found, as lines `name value`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { planParts, tablesForWorkers } from '@postgres-backuper/base';
import { dataKey, derivePartsKey, RANGE_SEGMENTS, readDonePart, writeDonePart } from '@postgres-backuper/format';
import { createStore, type Repository } from '@postgres-backuper/repository';
import { useLittleMemory } from '../../packages/cli/src/little-memory.ts';
import { commitTo } from '../../packages/core/src/backup/commit.ts';
import { storeDocuments } from '../../packages/core/src/backup/documents.ts';
import { inWholeList } from '../../packages/core/src/backup/parts/segment-ranges.ts';
import { countingRequests } from '../../test/scale/counting-requests.ts';
import { donePartOf, type SimulatedTable } from '../../test/scale/simulated-parts.ts';
import { simulatedContext, simulatedDump, simulatedId, simulatedRequest } from '../../test/scale/simulated-run.ts';
import { simulatedStorage } from '../../test/scale/simulated-storage.ts';

/** What one job of two cores reads, compresses, encrypts and stores, bytes a second: docs/scale.md. */
const SPEED = 190e6;
/** Of the whole: the first of them has 3.3 %. */
const TABLES = 200;
/** As the holder and a worker do, seconds. */
const [LOOK_FOR_PARTS_S, LOOK_FOR_PLAN_S] = [0.5, 1];

useLittleMemory();
const [folder = '', ...numbers] = process.argv.slice(2);
const [workers = 1, gigabytes = 1, segmentMib = 8] = numbers.map(Number);
const segmentBytes = segmentMib * 1024 ** 2;
const shares = Array.from({ length: TABLES }, (_, index) => 1 / (index + 10));
const whole = shares.reduce((sum, share) => sum + share, 0);
const tables = shares.map(
  (share, index): SimulatedTable => ({
    file: `${index + 1}.dat`,
    bytes: Math.round((share / whole) * gigabytes * 1e9),
  }),
);
const bytesOf = ({ bytes }: SimulatedTable): number => bytes;
const plan = planParts(tablesForWorkers(tables, bytesOf), { count: workers, bytesOf });
const sums = plan.map((part) => part.reduce((sum, { bytes }) => sum + bytes, 0));
const readS = Math.max(...sums) / SPEED + LOOK_FOR_PLAN_S + LOOK_FOR_PARTS_S;

const binding = { ...simulatedId, key: derivePartsKey(Buffer.alloc(32, 1)) };
const context = simulatedContext(folder);
await mkdir(join(folder, 'objects'), { recursive: true });
const segmentsOf = (part: readonly SimulatedTable[]): number =>
  part.reduce((sum, { bytes }) => sum + Math.ceil(bytes / segmentBytes), 0);
function* stored(): Generator<number> {
  for (const [index, part] of plan.entries())
    for (let number = 0; number < segmentsOf(part); number += 1) yield (index + 1) * RANGE_SEGMENTS + number;
}
const { storage, requests } = countingRequests(simulatedStorage({ folder: join(folder, 'objects'), numbers: stored }));
const { cipher, facts } = simulatedRequest();
const repository: Repository = { storage, cipher, encryption: 'openpgp' };
const store = createStore([storage], (object) => dataKey(simulatedId, object), context);
const lists = plan.map((part, index) => writeDonePart(donePartOf(part, { number: index + 1, segmentBytes }), binding));
const files: (() => unknown)[] = [];
let begun = process.cpuUsage();
for (const [index, list] of lists.entries()) {
  if (index === lists.length - 1) begun = process.cpuUsage();
  const done = await readDonePart(list, index + 1, binding);
  store.adopt(done.objects);
  const toCatalog = inWholeList(done.range, store);
  for (const { file: name, extents, sizeBytes, sha256 } of done.tables)
    files.push(() => ({ name, sizeBytes, sha256, extents: toCatalog(extents) }));
}
const dumped = simulatedDump({ tables: TABLES, files: () => files.map((file) => file()), firstDumpId: 1 });
const commit = await storeDocuments(facts, { dumped, store, cipher }, context);
const [destination] = store.destinations;
if (destination === undefined) throw new Error('no destination');
await commitTo({ commit, objects: store.objects }, { repository, destination }, context);
if (destination.failure !== undefined) throw destination.failure;
const { user, system } = process.cpuUsage(begun);
const commitS = (user + system) / 1e6;

/** Claims of ranges are tried from the first one on; each list, plan and label is a put and a get more. */
const ofWorkers = commit.totals.segments + (workers * (workers + 1)) / 2 + 2 * workers + 2;
const looks = Math.ceil(readS / LOOK_FOR_PARTS_S);
console.log(`throughputMB ${((gigabytes * 1000) / (readS + commitS)).toFixed(0)}`);
console.log(`readS ${readS.toFixed(1)}`);
console.log(`commitS ${commitS.toFixed(1)}`);
console.log(`segments ${commit.totals.segments}`);
console.log(`requests ${ofWorkers + looks + requests.count}`);
