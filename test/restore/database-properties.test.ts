import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RestoreRequest, restore } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

describe.each(testMajors())('properties of a database on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major, settings: { allow_in_place_tablespaces: 'on' } });
    place = await createPlace();
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const bring = async (name: string, request: Partial<RestoreRequest> = {}) => {
    const context = place.context();
    const all = { maintenanceDatabases: ['postgres', 'template1'], jobs: 2, owner: true, privileges: true };
    const asked: RestoreRequest = { name, target: { latest: true }, into: `${name} copy`, ...all, ...request };
    await restore(asked, { server: serverOf(postgres, 'postgres'), repository: place.repository }, context);
    return context.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
  };
  const aclOf = (name: string) => postgres.psql(`SELECT datacl FROM pg_database WHERE datname = '${name}'`);

  it('an empty list of grants stays empty', async () => {
    await postgres.createDatabase('closed');
    await postgres.psql('REVOKE ALL ON DATABASE closed FROM PUBLIC, postgres');
    await makeBackup(postgres, { dbname: 'closed' }, place);
    expect(await bring('closed')).toEqual([]);
    expect(await aclOf('closed copy')).toBe('{}');
  });

  it('grants come back in whatever order they stand, with the roles that gave them', async () => {
    for (const role of ['acl_owner', 'r_a', 'r_b', 'r_c', 'r_d']) await postgres.createRole(role, 'NOLOGIN');
    await postgres.createDatabase('granted', 'OWNER acl_owner');
    await postgres.psql(`GRANT ALL ON DATABASE granted TO r_c WITH GRANT OPTION; SET ROLE r_c;
      GRANT TEMP ON DATABASE granted TO r_b WITH GRANT OPTION; SET ROLE r_b; GRANT TEMP ON DATABASE granted TO r_a;
      RESET ROLE; GRANT CONNECT ON DATABASE granted TO r_d`);
    // as an older server may have left it: each in front of the grant that it stands on
    await postgres.psql(`UPDATE pg_database SET datacl = (SELECT array_agg(a ORDER BY a::text) FROM unnest(datacl) a)
      WHERE datname = 'granted'`);
    expect(await aclOf('granted')).toMatch(/r_a=T\/r_b.*r_b=T\*\/r_c.*r_c=C\*T\*c\*\/acl_owner/);
    await makeBackup(postgres, { dbname: 'granted' }, place);
    expect(await bring('granted')).toEqual([]);
    const sorted = (acl: string) => acl.slice(1, -1).split(',').sort();
    expect(sorted(await aclOf('granted copy'))).toEqual(sorted(await aclOf('granted')));
  });

  it('a grant that cannot be given as it was is told', async () => {
    await postgres.psql('ALTER ROLE r_b SUPERUSER');
    await postgres.psql('DROP DATABASE "granted copy"');
    expect(await bring('granted')).toEqual([
      expect.stringMatching(/grants on the database differ.*TEMPORARY to 'r_a' by 'r_b' is missing/),
    ]);
  });

  it('another owner gives what the original owner gave', async () => {
    await postgres.psql('ALTER ROLE r_b NOSUPERUSER');
    expect(await bring('granted', { into: 'granted anew', owner: false })).toEqual([]);
    expect(await aclOf('granted anew')).toMatch(/r_c=C\*T\*c\*\/postgres/);
  });
});
