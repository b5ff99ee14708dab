type Psql = (sql: string, dbname?: string) => Promise<string>;

/** Statements that drop a database if it is there, also a template and one in use. */
export function dropDatabase(name: string): string {
  return `UPDATE pg_database SET datistemplate = false WHERE datname = ${literal(name)} AND datistemplate;
    DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE);`;
}

/** Drops a role if it is there; what it owns in any database goes to postgres. */
export async function dropRole(name: string, psql: Psql): Promise<void> {
  if ((await psql(`SELECT 1 FROM pg_roles WHERE rolname = ${literal(name)}`)) === '') return;
  const databases = (await psql('SELECT datname FROM pg_database WHERE datallowconn')).split('\n');
  const role = identifier(name);
  for (const dbname of databases) await psql(`REASSIGN OWNED BY ${role} TO postgres; DROP OWNED BY ${role};`, dbname);
  await psql(`DROP ROLE ${role}`);
}

/** An SQL identifier, always quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
