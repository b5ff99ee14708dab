import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, makeBackup, type Place } from './harness.ts';
import { refused, replacing } from './replaced.ts';

/** Everything that a server knows of a database besides its name and what vacuum changes. */
const PROPERTIES = `SELECT to_jsonb(d) - '{datname,datfrozenxid,datminmxid}'::text[] || jsonb_build_object(
    'owner', datdba::regrole, 'comment', shobj_description(d.oid, 'pg_database'),
    'labels', (SELECT jsonb_agg(to_jsonb(l) ORDER BY provider) FROM pg_shseclabel l WHERE l.objoid = d.oid),
    'settings', (SELECT jsonb_agg(jsonb_build_array(setrole::regrole, setconfig) ORDER BY setrole)
                   FROM pg_db_role_setting WHERE setdatabase = d.oid)) FROM pg_database d WHERE datname = `;

describe.each(testMajors())('undo-swap on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let label: string;
  const { services, databases, again, bring, undo, stay, what, refusal } = replacing(
    () => postgres,
    () => place,
  );
  beforeAll(async () => {
    [postgres, place] = await Promise.all([
      startPostgres({ major, settings: { wal_level: 'logical' } }),
      createPlace(),
    ]);
    await postgres.createRole('app_owner');
    await postgres.createRole('reader');
    await again('old');
    await postgres.psql(`ALTER DATABASE app SET work_mem = '5MB'; ALTER DATABASE app CONNECTION LIMIT 77;
      ALTER ROLE reader IN DATABASE app SET statement_timeout = '7s'; COMMENT ON DATABASE app IS 'of the backup';
      REVOKE CONNECT ON DATABASE app FROM public; GRANT CONNECT ON DATABASE app TO reader`);
    label = await makeBackup(postgres, { dbname: 'app' }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const properties = async (name: string) => JSON.parse(await postgres.psql(`${PROPERTIES}'${name}'`));
  /** Properties of the living database that differ from those of the backup. */
  const differ = () =>
    postgres.psql(`ALTER DATABASE app SET work_mem = '9MB'; ALTER DATABASE app CONNECTION LIMIT 11;
      ALTER ROLE reader IN DATABASE app SET statement_timeout = '1s'; COMMENT ON DATABASE app IS 'living';
      GRANT CREATE ON DATABASE app TO reader; ALTER DATABASE app OWNER TO postgres; ALTER DATABASE app IS_TEMPLATE true`);

  it('exchanges the names again; both keep all of their properties', async () => {
    await again('new');
    await differ();
    const living = await properties('app');
    const { replaced = '' } = await bring();
    const restored = await properties('app');
    expect(await properties(replaced)).toEqual(living);
    expect(restored).toMatchObject({
      ...{ owner: 'app_owner', datconnlimit: 77, comment: 'of the backup', datallowconn: true, datistemplate: false },
      settings: [
        ['-', ['work_mem=5MB']],
        ['reader', ['statement_timeout=7s']],
      ],
    });
    const kept = `app_restored_${label}_2`;
    expect(await undo()).toMatchObject({ database: 'app', from: replaced, kept });
    expect([await what(), await what(kept)]).toEqual(['new', 'old']);
    expect([await properties('app'), await properties(kept)]).toEqual([living, restored]);
    expect(await refused(undo())).toMatchObject({ code: 'nothing-to-undo', hint: expect.stringContaining(kept) });
    expect(await undo({ database: kept })).toMatchObject({ from: kept, kept: `app_before_${label}_3` });
    expect([await what(), await properties('app')]).toEqual(['old', restored]);
    await postgres.psql(`ALTER DATABASE "app_before_${label}_3" IS_TEMPLATE false`);
  });

  it('refuses while somebody uses either database, and ends them on request', async () => {
    await again('new');
    const { replaced = '' } = await bring();
    for (const name of ['app', replaced]) {
      const session = await stay(name);
      expect(await refused(undo())).toMatchObject({
        code: 'database-in-use',
        message: expect.stringContaining(`database '${name}' cannot be renamed while others use it: postgres/psql (`),
        hint: expect.stringContaining('all databases have the names that they had'),
      });
      expect([await databases(), await what()]).toEqual([['app', replaced], 'old']);
      await session.end();
    }
    const [bystander, one, two] = await Promise.all([stay('postgres'), stay('app'), stay(replaced)]);
    await undo({ disconnect: true });
    await Promise.all([one.ended, two.ended]);
    expect([bystander.isThere(), await what()]).toEqual([true, 'new']);
    await bystander.end();
  });

  it.runIf(major === testMajors().at(-1))('says what only a superuser may end, and who may rename', async () => {
    await again('new');
    const { replaced = '' } = await bring();
    await postgres.psql(`ALTER DATABASE "${replaced}" OWNER TO app_owner; ALTER ROLE app_owner CREATEDB`);
    const { env } = services().server;
    const asOwner = { ...env, PGOPTIONS: '-c role=app_owner' };
    const session = await stay();
    const error = await refused(undo({ disconnect: true }, asOwner));
    expect(error).toMatchObject({ code: 'database-in-use', hint: expect.stringMatching(/^let a superuser end them/) });
    await session.end();
    await postgres.psql('ALTER DATABASE app OWNER TO postgres');
    expect(await refused(undo({}, asOwner))).toMatchObject({ code: 'privilege-missing' });
    expect(await what()).toBe('old');
  });

  it('finishes an exchange of which only one half was done by hand', async () => {
    await again('new');
    const { replaced = '' } = await bring();
    await postgres.psql(`ALTER DATABASE app RENAME TO app_${'away'}`);
    expect(await refusal()).toMatchObject({ code: 'database-missing', hint: expect.stringContaining(replaced) });
    expect(await undo()).toEqual({ database: 'app', from: replaced, durationMs: expect.any(Number) });
    expect(await what()).toBe('new');
  });

  it('drops the old one on request, and keeps it where that is not safe', async () => {
    await again('new');
    const session = await stay();
    expect(await bring({ dropOld: true, disconnect: true })).toMatchObject({ database: 'app', oldDropped: true });
    await session.ended;
    expect([await databases(), await what()]).toEqual([['app'], 'old']);
    expect(await refused(undo())).toMatchObject({ code: 'nothing-to-undo', exitStatus: 2 });
    expect(await refusal({ dropOld: true, publications: false })).toMatchObject({ code: 'configuration-invalid' });
    await postgres.psql("SELECT pg_create_logical_replication_slot('s', 'pgoutput')", 'app');
    const context = place.context();
    const { oldDropped, replaced } = await bring({ dropOld: true }, context);
    expect([oldDropped, await databases()]).toEqual([false, ['app', replaced]]);
    expect(context.events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        text: expect.stringMatching(/is kept as .*: .* replication slots.*'s'$/),
      }),
    );
    await postgres.psql("SELECT pg_drop_replication_slot('s')");
  });
});
