import { sampleCatalog } from '@postgres-backuper/testing/repository-data';
import { expect, it } from 'vitest';
import { openToc } from './open-toc.ts';

it('does not read otherwise than pg_restore, which goes by the size of integers in the header', () => {
  const toc = Buffer.concat([Buffer.from('PGDMP'), Buffer.of(1, 16, 0, 3, 8, 3), Buffer.alloc(200)]);
  expect(() => openToc(toc, sampleCatalog())).toThrow('integers of another size');
});
