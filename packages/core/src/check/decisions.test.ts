import { BackuperError, say } from '@postgres-backuper/base';
import { describe, expect, test } from 'vitest';
import { type CheckResult, checkError } from '../check.ts';
import type { ServerFacts } from './facts.ts';
import { grantLargeObjects, grantRelations, listed, passRowSecurity } from './grants.ts';
import { type CheckItem, createFindings } from './items.ts';
import { judgeFacts } from './server-facts.ts';
import { checkMemory, judgeSpace } from './space.ts';

const FACTS: ServerFacts = {
  ...{ serverVersion: '18.6', serverMajor: 18, database: 'app', encoding: 'UTF8', role: 'backup' },
  ...{
    isSuperuser: false,
    isStandby: false,
    replayPausedBy: null,
    mayPauseReplay: true,
    unloggedTables: 0,
    estimatedBytes: 1,
    tables: 1,
    readsPasswords: true,
  },
  ...{ subscriptions: 0, hiddenMappings: 0, freeConnections: 90, largestTableBytes: 0 },
  ...{ lockSlots: 6400, locksHeld: 10, passwordExpiresIn: null },
};

const judged = (facts: Partial<ServerFacts>, jobs = 4, isWatched = false) => {
  const findings = createFindings();
  judgeFacts({ ...FACTS, ...facts }, { jobs, splitFromBytes: 1000, isWatched }, findings);
  return findings.items.filter(({ state }) => state !== 'ok');
};

describe('facts of the server', () => {
  test('tested majors pass, others are a warning', () => {
    expect([14, 16, 18].flatMap((serverMajor) => judged({ serverMajor }))).toEqual([]);
    expect(judged({ serverMajor: 13 })).toMatchObject([{ state: 'warning', what: 'server version' }]);
    expect(judged({ serverMajor: 19 })).toMatchObject([{ state: 'warning', what: 'server version' }]);
  });

  test('jobs need three connections more', () => {
    expect(judged({ freeConnections: 6 })).toEqual([]);
    expect(judged({ freeConnections: 5 })).toMatchObject([
      { state: 'warning', hint: expect.stringContaining(say.option('jobs', '3')) },
    ]);
    expect(judged({ freeConnections: 2 })).toMatchObject([{ state: 'problem', code: 'server-unavailable' }]);
    expect(judged({ freeConnections: 3 }, 1)).toEqual([]);
  });

  test('the holder of a backup in parts needs a session for each job that locks its tables, and four', () => {
    const states = (freeConnections: number, holderWorks: boolean) => {
      const findings = createFindings();
      const asked = { jobs: 4, splitFromBytes: 0, parts: { holderWorks } };
      judgeFacts({ ...FACTS, freeConnections: freeConnections - 1 }, asked, findings);
      return findings.items.find(({ what }) => what === 'connections')?.state;
    };
    expect([states(12, true), states(11, true), states(9, false), states(8, false)]).toEqual([
      ...['ok', 'warning', 'ok', 'warning'],
    ]);
  });

  test('the session that notices a stall is one more, and no backup fails without it', () => {
    expect(judged({ freeConnections: 7 }, 4, true)).toEqual([]);
    expect(judged({ freeConnections: 6 }, 4, true)).toMatchObject([
      {
        state: 'warning',
        text: "a dump needs 8 connections, and 7 of the server's are free: a stall would not be noticed",
        hint: `give ${say.option('jobs', '3')}, or allow more connections`,
      },
    ]);
    expect(judged({ freeConnections: 3 }, 1, true)).toMatchObject([
      { state: 'warning', hint: 'allow more connections' },
    ]);
    expect(judged({ freeConnections: 2 }, 1, true)).toMatchObject([{ state: 'problem' }]);
  });

  test('tables that are read in ranges need each job twice', () => {
    const split = { largestTableBytes: 1000 };
    expect(judged({ ...split, freeConnections: 10 })).toEqual([]);
    expect(judged({ ...split, freeConnections: 9 })).toMatchObject([
      {
        state: 'warning',
        hint: expect.stringContaining(`${say.option('jobs', '3')}, or give ${say.option('splitTables', 'off')}`),
      },
    ]);
    expect(judged({ largestTableBytes: 999, freeConnections: 6 })).toEqual([]);
    expect(judged({ ...split, freeConnections: 3 }, 1)).toEqual([]);
  });

  test('what only a superuser can dump is a warning for others', () => {
    const rest = { subscriptions: 2, hiddenMappings: 1 };
    expect(judged(rest).map(({ what }) => what)).toEqual(['subscriptions', 'user mappings']);
    expect(judged({ ...rest, isSuperuser: true })).toEqual([]);
  });

  test('a lock table that is smaller than the number of tables is a warning', () => {
    expect(judged({ tables: 6390 })).toEqual([]);
    expect(judged({ tables: 6391 })).toMatchObject([
      { state: 'warning', what: 'locks', hint: expect.stringContaining('max_locks_per_transaction') },
    ]);
  });

  test('a password that expires within a week is a warning', () => {
    expect(judged({ passwordExpiresIn: 8 * 86_400 })).toEqual([]);
    expect(judged({ passwordExpiresIn: 7200 })).toMatchObject([
      { state: 'warning', what: 'password', text: expect.stringContaining('in 2 h') },
    ]);
  });

  test('a standby and unreadable password hashes are warnings', () => {
    expect(judged({ isStandby: true, readsPasswords: false }).map(({ what }) => what)).toEqual(['standby', 'globals']);
  });
});

describe('the replay of a standby', () => {
  const asked = (facts: Partial<ServerFacts>) => {
    const findings = createFindings();
    judgeFacts({ ...FACTS, isStandby: true, ...facts }, { jobs: 4, pauseReplay: true }, findings);
    return findings.items.filter(({ what }) => what === 'standby');
  };

  test('is paused where there is one that says so, and the role may', () => {
    expect(asked({})).toMatchObject([{ state: 'ok' }]);
    expect(asked({ isStandby: false })).toMatchObject([{ state: 'problem', code: 'configuration-invalid' }]);
    expect(asked({ serverMajor: 13 })).toMatchObject([{ state: 'problem', code: 'configuration-invalid' }]);
    expect(asked({ mayPauseReplay: false, role: 'a"b' })).toMatchObject([
      {
        state: 'problem',
        code: 'privilege-missing',
        hint: expect.stringContaining('pg_wal_replay_resume() TO "a""b"'),
      },
    ]);
  });

  test('needs two connections more', () => {
    const findings = createFindings();
    judgeFacts({ ...FACTS, isStandby: true, freeConnections: 8 }, { jobs: 4, pauseReplay: true }, findings);
    judgeFacts({ ...FACTS, isStandby: true, freeConnections: 7 }, { jobs: 4, pauseReplay: true }, findings);
    const found = findings.items.filter(({ what }) => what === 'connections');
    expect(found.map(({ state }) => state)).toEqual(['ok', 'warning']);
  });

  test('is named when others have paused it', () => {
    expect(judged({ isStandby: true, replayPausedBy: 'others' }).map(({ what }) => what)).toEqual([
      'standby',
      'replay',
    ]);
    expect(judged({ isStandby: true, replayPausedBy: 'backup' }).map(({ what }) => what)).toEqual(['standby']);
  });
});

describe('space and memory', () => {
  test.each([
    [100, 100, 'ok'],
    [99, 100, 'warning'],
    [10, 100, 'warning'],
    [9, 100, 'problem'],
    [0, 0, 'ok'],
  ])('%i bytes free for %i bytes: %s', (freeBytes, estimatedBytes, state) => {
    const findings = createFindings();
    judgeSpace({ what: 'space', freeBytes, estimatedBytes }, findings);
    expect(findings.items).toMatchObject([{ state }]);
  });

  test('segments that take more than half of the memory are a warning', () => {
    const findings = createFindings();
    checkMemory({ segmentSizeBytes: 8 * 1024 ** 2, memoryBytes: 176 * 1024 ** 2 }, findings);
    checkMemory({ segmentSizeBytes: 8 * 1024 ** 2, memoryBytes: 175 * 1024 ** 2 }, findings);
    expect(findings.items.map(({ state }) => state)).toEqual(['ok', 'warning']);
  });
});

describe('hints', () => {
  const relation = { schema: 'S', name: 'a"b', kind: 'r', schemaUsable: true, readable: false, total: 1 } as const;

  test('names are quoted', () => {
    expect(grantRelations('x"y', [relation])).toContain('GRANT SELECT ON TABLE "S"."a""b" TO "x""y"');
  });

  test('a table that is readable in a closed schema needs the schema only', () => {
    const hint = grantRelations('r', [{ ...relation, schemaUsable: false, readable: true }]);
    expect(hint).toBe('run as owner or superuser: GRANT USAGE ON SCHEMA "S" TO "r"');
  });

  test('for many the statement for all is given', () => {
    expect(grantRelations('r', [{ ...relation, total: 4 }])).toContain('GRANT pg_read_all_data TO "r"');
    expect(grantLargeObjects('r', [{ oid: '1', total: 4 }])).toContain(say.command('setup-role', {}, ['r']));
    expect(listed(['a', 'b', 'c', 'd'], [{ total: 20 }])).toBe('a, b, c and 17 more');
    expect(listed(['a', 'b', 'c'], [{ total: 3 }])).toBe('a, b, c');
  });

  test('an owner may lift FORCE instead', () => {
    const table = { schema: 's', name: 't', forced: true, total: 1 };
    expect(passRowSecurity('r', [table])).toContain('lift FORCE ROW LEVEL SECURITY on "s"."t"');
    expect(passRowSecurity('r', [{ ...table, forced: false }])).not.toContain('FORCE');
  });
});

describe('the error of a check', () => {
  const result = (...items: CheckItem[]): CheckResult => ({ items, problems: 0, warnings: 0, facts: null });
  const problem = (code: CheckItem['code'], text: string): CheckItem => ({
    ...{ state: 'problem', what: 'x', text, hint: `mend ${text}` },
    ...(code === undefined ? {} : { code }),
  });

  test('warnings are none', () => {
    expect(checkError(result({ state: 'warning', what: 'x', text: 'y' }))).toBeUndefined();
  });

  test('says everything, and "retry" only if a retry may help with all of it', () => {
    const temporary = problem('server-unreachable', 'host');
    const lasting = problem('key-expired', 'key');
    expect(checkError(result(temporary))).toMatchObject({ code: 'server-unreachable', exitStatus: 75 });
    expect(checkError(result(temporary, lasting))).toMatchObject({
      ...{ code: 'key-expired', exitStatus: 2, message: 'host; key', hint: 'mend host; mend key' },
    });
    expect(checkError(result(temporary))).toBeInstanceOf(BackuperError);
  });
});
