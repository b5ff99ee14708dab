import type { DatabaseProperties } from '@postgres-backuper/format';
import { isRefusedStatement } from '../session/answers.ts';
import type { Session } from '../session/psql.ts';
import { identifier, type Sql, sql } from '../session/sql.ts';

/**
 * Takes back what changes or limits new sessions of a database: settings that the original has, and the limit of
 * connections; `applyProperties` sets them again. What the server refuses stays. Errors: those of a lost session.
 */
export async function resetProperties(
  session: Session,
  { name, properties }: { readonly name: string; readonly properties: DatabaseProperties },
): Promise<void> {
  const database = identifier(name);
  const statements: Sql[] = properties.settings.flatMap(({ role, values }) => {
    const whom = role === null ? sql`DATABASE ${database}` : sql`ROLE ${identifier(role)} IN DATABASE ${database}`;
    return values.map((value) => sql`ALTER ${whom} RESET ${identifier(value.slice(0, value.indexOf('=')))}`);
  });
  if (properties.connectionLimit >= 0) statements.push(sql`ALTER DATABASE ${database} CONNECTION LIMIT -1`);
  for (const statement of statements) {
    try {
      await session.execute(statement);
    } catch (error) {
      if (!isRefusedStatement(error)) throw error;
    }
  }
}
