import type { LiveSource } from '@postgres-backuper/core';
import type { Resolved, SettingsOf } from '@postgres-backuper/options';
import { type OpenServer, openServer, type ServerPlace } from './open-server.ts';

/** The source to compare with; undefined: nothing is compared. Errors: configuration-invalid. */
export function liveSource(
  resolved: Resolved & { readonly settings: SettingsOf<'restore' | 'verify'> },
  server: OpenServer,
  { environment, context }: ServerPlace,
): LiveSource | undefined {
  const { compareLive: tolerance, liveUrl, pgBinDir } = resolved.settings;
  if (tolerance === undefined) return undefined;
  if (liveUrl === undefined) return { server, database: undefined, tolerance };
  const sources = new Map([['databaseUrl', resolved.sources.get('liveUrl') ?? ''] as const]);
  const settings = { databaseUrl: liveUrl, pgBinDir } as unknown as Resolved['settings'];
  const others = Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_THE_GIVEN.test(name)));
  const place = { environment: others, context, file: 'live-service' };
  const live = openServer({ ...resolved, settings, sources }, place);
  return { server: live, database: live.databases[0], tolerance };
}

/** What names or identifies the other server. */
const OF_THE_GIVEN = /^PG(?!SSL|PASSFILE|CONNECT_TIMEOUT|GSS|KRB)/;
