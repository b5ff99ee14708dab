import { randomBytes } from 'node:crypto';
import { escapeText } from '@postgres-backuper/base';
import type { RestoreResult } from '@postgres-backuper/core';
import { bytesOfText } from '@postgres-backuper/format';

/**
 * A script for psql: each object that could not be restored, with its reason, and the statements that restore it. psql
 * runs none of its own commands in it: definitions are texts of others.
 */
export function notRestoredScript({ label, database, encoding, standardStrings, objects }: RestoreResult): Buffer {
  const key = randomBytes(16).toString('hex');
  const parts = objects.map(({ object, lack, reason, statement }) => [
    `-- ${escapeText(object)} (${lack})`,
    `-- ${escapeText(reason)}`,
    statement === '' ? '-- by hand' : statement,
    '',
  ]);
  const lines = [
    `\\restrict ${key}`,
    `-- What '${escapeText(database)}' lacks of '${label}'. Remove each reason, then run this file with psql.`,
    `SET client_encoding = '${encoding.replaceAll("'", "''")}';`,
    `SET standard_conforming_strings = ${standardStrings ? 'on' : 'off'}; SET escape_string_warning = off;`,
    "SELECT pg_catalog.set_config('search_path', '', false);",
    'SET check_function_bodies = off;',
    '',
    ...parts.flat(),
    `\\unrestrict ${key}`,
    '',
  ];
  return bytesOfText(lines.join('\n'));
}
