import { backupRole, readLargeObjects, type Sql, textOf } from '@postgres-backuper/postgres';

const BLOCKS = /^```sql\n[\s\S]*?^```$/gm;

/** docs/minimal-role.md with the statements of `setup-role` in its first blocks. Throws where it has fewer. */
export function withRoleSql(page: string): string {
  const generated = [backupRole('backup', 'app'), readLargeObjects('backup')].map(blockOf);
  if ((page.match(BLOCKS) ?? []).length < generated.length) throw new Error('docs/minimal-role.md has too few blocks');
  return page.replace(BLOCKS, (block) => generated.shift() ?? block);
}

function blockOf(statements: readonly Sql[]): string {
  return `\`\`\`sql\n${statements.map((one) => `${textOf(one)};\n`).join('')}\`\`\``;
}
