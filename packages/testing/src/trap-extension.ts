import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const CONTROL = `comment = 'configuration tables that refer to each other'
default_version = '1.0'
relocatable = false
schema = backuper_trap
`;

/**
 * Two configuration tables with a foreign key between them, whose names sort in the wrong order for it. One row is
 * shipped by the extension itself: a dump leaves it out.
 */
const SCRIPT = `
CREATE TABLE z_parent (id int PRIMARY KEY, name text NOT NULL, shipped boolean NOT NULL DEFAULT false);
CREATE TABLE a_child (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES z_parent, note text);
INSERT INTO z_parent VALUES (0, 'shipped by the extension', true);
SELECT pg_catalog.pg_extension_config_dump('z_parent', 'WHERE NOT shipped');
SELECT pg_catalog.pg_extension_config_dump('a_child', '');
`;

/** Changes when the extension does: part of the cache's key. */
export const TRAP_EXTENSION_ID = createHash('sha256').update(CONTROL).update(SCRIPT).digest('hex').slice(0, 6);

/** Writes the extension `backuper_trap` into an extension folder of a server. */
export async function writeTrapExtension(folder: string): Promise<void> {
  await writeFile(join(folder, 'backuper_trap.control'), CONTROL);
  await writeFile(join(folder, 'backuper_trap--1.0.sql'), SCRIPT);
}
