import { readdir } from 'node:fs/promises';
import { verify } from '@postgres-backuper/core';
import { listBackups } from '@postgres-backuper/repository';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilGone } from '../bad-input/harness.ts';
import { counted, createRandom, type Figure, ONCE, seed } from './form.ts';
import { silent } from './golden-set.ts';
import { type KillGround, type KillPlace, startKillPlace, succeed } from './kill-place.ts';
import type { Kill, Killer } from './killer.ts';
import { ROWS, stateOfCopy } from './shop.ts';

export interface Trials {
  readonly kind: Figure['kind'];
  readonly killer: Killer;
  readonly storage: 'a disk' | 'MinIO';
  /** Of each command. */
  readonly kills: number;
}

const BACKUP = ['backup', '--no-prune'];
const PRUNE = ['prune', '--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1', '--force'];
const VERIFY = ['verify', '--all', '--level', 'content'];
const RESTORE = ['restore', 'latest', '--into', 'copy'];
const LIMIT = { timeout: 1_800_000 };

/** Tests that kill backup, prune, verify and restore, and look at what is there afterwards. */
export function describeKills({ kind, killer, storage, kills }: Trials): void {
  describe(`${kind} with a repository on ${storage} (PGBACKUPER_SEED=${seed})`, ONCE, () => {
    let place: KillPlace;
    let workplace: KillGround;
    const random = createRandom(seed);
    beforeAll(async () => {
      place = await startKillPlace(storage);
    });
    afterAll(() => place?.stop());

    /** Calls `trial` for each kill; the figure counts those that hit the command before its end. */
    async function killing(
      args: readonly string[],
      trial: (kill: () => Promise<void>) => Promise<void>,
      end: () => Promise<void>,
    ): Promise<void> {
      workplace = await place.fresh();
      const kill = await killer(workplace, args, random);
      const figure = { kind, what: `${args[0]} on ${storage}`, tried: 0 };
      const once = async () => {
        if (await hit(kill)) figure.tried += 1;
      };
      await counted(figure, async () => {
        for (let number = 1; number <= kills; number += 1) await trial(once);
        await end();
      });
    }

    async function hit(kill: Kill): Promise<boolean> {
      const isHit = await kill(workplace);
      await untilGone(workplace);
      await untilServerIsIdle();
      return isHit;
    }

    /** A backend ends the statement that it is at, such as CREATE DATABASE, before it sees that its client is gone. */
    async function untilServerIsIdle(): Promise<void> {
      const asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postgres-backuper'";
      await expect.poll(() => place.server.psql(asked)).toBe('0');
    }

    /** Labels of what counts, newest first, once every byte of it was read and is right. */
    async function wholeLabels(): Promise<readonly string[]> {
      const { opened: repository } = workplace;
      const { backups, damaged } = await listBackups({ name: 'shop' }, repository);
      expect(damaged).toEqual([]);
      await verify({ name: 'shop', target: { all: true }, level: 'content' }, { repository }, silent);
      return backups.map(({ label }) => label).reverse();
    }

    const dropCopy = () => place.server.psql('DROP DATABASE IF EXISTS copy WITH (FORCE)');

    test('backup: what counts is whole, and the next one works', LIMIT, () =>
      killing(
        BACKUP,
        (kill) => kill(),
        async () => {
          const before = await wholeLabels();
          expect(before.length).toBeLessThanOrEqual(place.backups + 1 + kills);
          await succeed(workplace, ...BACKUP);
          expect(await wholeLabels()).toHaveLength(before.length + 1);
        },
      ),
    );

    test('prune: what it leaves is whole, the newest one stays, and the next one finishes', LIMIT, async () => {
      workplace = await place.fresh();
      const [newest] = await wholeLabels();
      await killing(
        PRUNE,
        async (kill) => {
          workplace = await place.fresh();
          await kill();
          expect(await wholeLabels()).toContain(newest);
        },
        async () => {
          await succeed(workplace, ...PRUNE);
          expect(await wholeLabels()).toEqual([newest]);
        },
      );
    });

    test('verify: nothing changes, and the next one finds all good', LIMIT, () =>
      killing(
        VERIFY,
        (kill) => kill(),
        async () => {
          expect(await wholeLabels()).toHaveLength(place.backups);
          await succeed(workplace, ...VERIFY);
        },
      ),
    );

    test('restore: the new database is absent, said to be unfinished, or whole', LIMIT, async () => {
      await dropCopy();
      await killing(
        RESTORE,
        async (kill) => {
          await dropCopy();
          await kill();
          expect(await stateOfCopy(place.server)).toMatch(/^(absent|unfinished|whole)$/);
        },
        async () => {
          await dropCopy();
          await succeed(workplace, ...RESTORE);
          expect(await stateOfCopy(place.server)).toBe('whole');
          expect(await place.server.psql('SELECT count(*) FROM a', 'shop')).toBe(String(ROWS));
        },
      );
    });

    test('no temporary folder of a killed run outlives the next run', async () => {
      await succeed(workplace, 'list');
      expect(await readdir(workplace.tempDir)).toEqual([]);
    });
  });
}
