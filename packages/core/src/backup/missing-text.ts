import type { MissingRelation, Selection } from '@postgres-backuper/postgres';

/** Objects in one text, at most. */
const NAMED = 10;

/** Says what a restore of a part cannot make for want of this table or view, and how the backup gets it. Pure. */
export function missingText(relation: MissingRelation, selection: Selection): string {
  const { type, name } = relation;
  const others = relation.neededBy.filter((one) => !one.startsWith('index '));
  const neededBy = others.length === 0 ? relation.neededBy : others;
  const needing = `${neededBy.slice(0, NAMED).join(', ')}${neededBy.length > NAMED ? ', …' : ''}`;
  const [stands, it] = neededBy.length === 1 ? ['stands', 'it'] : ['stand', 'them'];
  return `${needing} ${stands} on ${type} ${name}, which is not in the backup: a restore cannot ${outcome(neededBy, it)}; ${adviceFor(relation, selection)}`;
}

/** A table that cannot be made takes its rows with it; a partition is made apart. */
function outcome(neededBy: readonly string[], it: string): string {
  if (neededBy.some((one) => one.startsWith('table '))) return `make ${it}, and loses rows`;
  return neededBy.every((one) => one.startsWith('partition ')) ? `attach ${it}` : `make ${it}`;
}

function adviceFor({ schema, name }: MissingRelation, { tables, schemas }: Selection): string {
  if (tables.length > 0) return `add --table ${name}`;
  return schemas.length > 0 ? `add --schema ${schema}` : 'exclude what needs it too, or keep it';
}
