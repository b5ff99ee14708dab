import type { HttpFault, Toxic } from '@postgres-backuper/testing';

/** `drill` is `verify --level restore` on the server, `verify` the level content. */
export type Command = 'backup' | 'restore' | 'verify' | 'drill' | 'prune';

/** Where in what a command moves: in its first bytes, in its midst, in its last bytes. */
type Moment = 'start' | 'middle' | 'end';

/**
 * `refused`: nobody listens. `cut` resets each connection that moved so much, `hole` lets it go on in silence; `tcp` and
 * `http` are given as they are.
 */
export type Make =
  | { readonly refused: true }
  | { readonly cut: Moment }
  | { readonly hole: Moment }
  | { readonly tcp: Toxic }
  | { readonly http: HttpFault };

export interface Row {
  readonly peer: 'PostgreSQL' | 'S3';
  readonly fault: string;
  readonly make: Make;
  /** The exit statuses that are right, for each command that is tried. */
  readonly exits: Readonly<Partial<Record<Command, readonly number[]>>>;
  /** Commands that the short form tries too. */
  readonly short?: readonly Command[];
}

const AGAIN = [75];
const DONE = [0];
const DAMAGED = [3];
/** Another try, on a connection of its own, may get through; the last bytes may be those of a farewell. */
const EITHER = [0, 75];
const SESSIONS = { backup: AGAIN, restore: AGAIN, drill: AGAIN };
const ALL = { backup: AGAIN, restore: AGAIN, verify: AGAIN, prune: AGAIN };
const HALF = { backup: EITHER, restore: EITHER, verify: EITHER, prune: EITHER };
const HEALED = { backup: DONE, restore: DONE, verify: DONE, prune: DONE };

/** Also the one that a backup reads back. */
const OBJECT = '/data/';
const SEGMENT = '/data/\\w+/segment-';
const COMMIT = '/backups/backup_\\w+\\.json(\\?|$)';
const http = (method: string, key: string, rest: Omit<HttpFault, 'on'>): Make => ({
  http: { on: new RegExp(`^${method} .*${key}`), ...rest },
});

const POSTGRESQL: readonly Omit<Row, 'peer'>[] = [
  { fault: 'connection refused', make: { refused: true }, exits: SESSIONS, short: ['backup'] },
  { fault: 'reset at connect', make: { tcp: { reset: true } }, exits: SESSIONS },
  { fault: 'the first connection is reset', make: { tcp: { reset: true, connections: 1 } }, exits: SESSIONS },
  { fault: 'reset in the first bytes', make: { cut: 'start' }, exits: SESSIONS },
  { fault: 'reset half-way', make: { cut: 'middle' }, exits: SESSIONS, short: ['backup', 'drill'] },
  { fault: 'reset in the last bytes', make: { cut: 'end' }, exits: { backup: EITHER, restore: EITHER, drill: EITHER } },
  { fault: 'black hole at connect', make: { hole: 'start' }, exits: SESSIONS },
  { fault: 'black hole half-way', make: { hole: 'middle' }, exits: SESSIONS, short: ['backup'] },
  { fault: 'slow link', make: { tcp: { delayMs: 5 } }, exits: { backup: DONE, restore: DONE, drill: DONE } },
];

const S3: readonly Omit<Row, 'peer'>[] = [
  { fault: 'connection refused', make: { refused: true }, exits: ALL },
  { fault: 'reset at connect', make: { tcp: { reset: true } }, exits: ALL },
  { fault: 'the first connection is reset', make: { tcp: { reset: true, connections: 1 } }, exits: HEALED },
  { fault: 'reset in the first bytes', make: { cut: 'start' }, exits: ALL },
  { fault: 'reset half-way', make: { cut: 'middle' }, exits: HALF, short: ['restore'] },
  {
    fault: 'reset in the last bytes',
    make: { cut: 'end' },
    exits: HALF,
  },
  // a silent server is given up after a minute, and asked again
  { fault: 'black hole at connect', make: { hole: 'start' }, exits: { verify: AGAIN, prune: AGAIN } },
  { fault: 'black hole half-way', make: { hole: 'middle' }, exits: { backup: EITHER, restore: EITHER } },
  { fault: 'slow link', make: { tcp: { delayMs: 5 } }, exits: HEALED },
  { fault: '500 once', make: http('\\w+', '', { does: 500, times: 1 }), exits: HEALED, short: ['backup'] },
  { fault: '502 once', make: http('\\w+', '', { does: 502, times: 1 }), exits: HEALED },
  { fault: '503 three times', make: http('\\w+', '', { does: 503, times: 3 }), exits: HEALED },
  { fault: '500 for ever', make: http('\\w+', '', { does: 500 }), exits: ALL },
  { fault: '503 for ever', make: http('\\w+', '', { does: 503 }), exits: ALL },
  {
    fault: '500 for ever, to segments',
    make: http('\\w+', SEGMENT, { does: 500 }),
    exits: { backup: AGAIN, restore: AGAIN, verify: AGAIN },
  },
  {
    fault: '500 for ever, to the commit',
    make: http('PUT', COMMIT, { does: 500 }),
    exits: { backup: AGAIN },
  },
  { fault: '500 for ever, to deletions', make: http('(POST|DELETE)', '', { does: 500 }), exits: { prune: AGAIN } },
  {
    fault: 'a segment is taken and not stored',
    make: http('PUT', SEGMENT, { does: 'swallows' }),
    exits: { backup: DAMAGED },
    short: ['backup'],
  },
  {
    fault: 'the catalog is taken and not stored',
    make: http('PUT', '/catalog\\.', { does: 'swallows' }),
    exits: { backup: DAMAGED },
  },
  {
    fault: 'the list is taken and not stored',
    make: http('PUT', '/objects\\.', { does: 'swallows' }),
    exits: { backup: DAMAGED },
  },
  {
    fault: 'the commit is taken and not stored',
    make: http('PUT', COMMIT, { does: 'swallows' }),
    exits: { backup: DAMAGED },
  },
  {
    fault: 'everything is taken and nothing stored',
    make: http('PUT', '', { does: 'swallows' }),
    exits: { backup: DAMAGED },
  },
  {
    fault: 'deletions are taken and not done',
    make: http('(POST|DELETE)', '', { does: 'swallows' }),
    exits: { prune: DONE },
    short: ['prune'],
  },
  {
    fault: 'the answer is lost once, after each kind of request',
    make: http('\\w+', '', { does: 'loses', times: 1 }),
    exits: HEALED,
  },
  {
    fault: "a segment's answer is lost once",
    make: http('\\w+', SEGMENT, { does: 'loses', times: 1 }),
    exits: { backup: DONE, restore: DONE, verify: DONE },
    short: ['backup'],
  },
  {
    fault: "segments' answers are lost for ever",
    make: http('\\w+', SEGMENT, { does: 'loses' }),
    exits: { backup: AGAIN, restore: AGAIN, verify: AGAIN },
  },
  {
    fault: "the commit's answer is lost for ever",
    make: http('PUT', COMMIT, { does: 'loses' }),
    exits: { backup: DONE },
  },
  {
    fault: "a deletion's answer is lost once",
    make: http('(POST|DELETE)', '', { does: 'loses', times: 1 }),
    exits: { prune: DONE },
  },
  {
    fault: "deletions' answers are lost for ever",
    make: http('(POST|DELETE)', '', { does: 'loses' }),
    exits: { prune: AGAIN },
  },
  {
    fault: 'a body breaks off once',
    make: http('GET', OBJECT, { does: 'truncates', times: 1 }),
    exits: { backup: DONE, restore: DONE, verify: DONE },
  },
  { fault: 'bodies break off for ever', make: http('GET', '', { does: 'truncates' }), exits: ALL },
  {
    fault: 'objects are half as long',
    make: http('GET', OBJECT, { does: 'shortens' }),
    exits: { backup: DAMAGED, restore: DAMAGED, verify: DAMAGED },
  },
  {
    fault: 'a flipped bit in objects that are read',
    make: http('GET', OBJECT, { does: 'alters' }),
    exits: { backup: DAMAGED, restore: DAMAGED, verify: DAMAGED },
    short: ['restore'],
  },
  {
    fault: 'a flipped bit in the catalog that is read',
    make: http('GET', '/catalog\\.', { does: 'alters' }),
    exits: { restore: DAMAGED, verify: DAMAGED },
  },
  {
    fault: 'a flipped bit in the list that is read',
    make: http('GET', '/objects\\.', { does: 'alters' }),
    exits: { restore: DAMAGED, verify: DAMAGED },
  },
  {
    fault: 'a flipped bit in commits that are read',
    make: http('GET', COMMIT, { does: 'alters' }),
    exits: { backup: DAMAGED, restore: [1, 3], verify: DAMAGED, prune: [0, 1] },
    short: ['prune'],
  },
  {
    fault: 'a flipped bit in what is sent',
    make: http('PUT', '', { does: 'alters what is sent' }),
    exits: { backup: [1, 3, 75] },
  },
];

/** Every fault of the network that is tried, and how each command may end. */
export const TABLE: readonly Row[] = [
  ...POSTGRESQL.map((row) => ({ peer: 'PostgreSQL' as const, ...row })),
  ...S3.map((row) => ({ peer: 'S3' as const, ...row })),
];
