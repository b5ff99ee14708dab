import type { Inventory, Selection, Toc } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { inventoryOfPart } from './inventory-of-part.ts';

const WHOLE: Selection = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: ['t'] };
const EXTENSIONS = ['citext', 'plpgsql', 'postgis'].map((name) => ({ name, version: '1.0' }));
const INVENTORY = {
  extensions: EXTENSIONS,
  roles: [
    { name: 'admin', uses: ['owner'] },
    { name: 'app', uses: ['owner', 'policy', 'privileges'] },
    { name: 'reader', uses: ['privileges'] },
    { name: 'rené', uses: ['owner'] },
    { name: 'visitor', uses: ['privileges'] },
  ],
  properties: { owner: 'admin', encoding: 'LATIN1', acl: ['visitor=c/admin'] },
} as unknown as Inventory;
const TOC = {
  entries: [
    { description: 'EXTENSION', tag: 'citext', owner: '', definition: '' },
    { description: 'TABLE', tag: 't', owner: 'app', definition: 'CREATE TABLE t ();' },
    { description: 'POLICY', tag: 't p', owner: 'app', definition: 'CREATE POLICY p ON t TO app USING (true);' },
  ],
} as unknown as Toc;

it('has the roles and extensions alone that the entries and the database name', () => {
  const { extensions, roles } = inventoryOfPart(INVENTORY, TOC, { ...WHOLE, tables: ['t'] });
  expect(extensions.map(({ name }) => name)).toEqual(['citext', 'plpgsql']);
  expect(roles).toEqual([
    { name: 'admin', uses: ['owner'] },
    { name: 'app', uses: ['owner', 'policy'] },
    { name: 'rené', uses: ['owner'] },
    { name: 'visitor', uses: ['privileges'] },
  ]);
});

it('keeps all roles where large objects may have some, and everything of a whole backup', () => {
  const rest = inventoryOfPart(INVENTORY, TOC, { ...WHOLE, excludeSchemas: ['s'] });
  expect(rest.roles).toBe(INVENTORY.roles);
  expect(rest.extensions).toHaveLength(2);
  expect(inventoryOfPart(INVENTORY, TOC, WHOLE)).toBe(INVENTORY);
});
