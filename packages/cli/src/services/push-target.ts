import { parseGateway } from '@postgres-backuper/notifications';
import type { AnySettings, Resolved } from '@postgres-backuper/options';

/** The Pushgateway in the settings, or what is wrong with its URL; undefined: there is none. */
export function gatewayOf({ metricsPush }: AnySettings): ReturnType<typeof parseGateway> | undefined {
  return metricsPush && parseGateway(metricsPush.reveal());
}

/** What is wrong with the URL of the Pushgateway; no part of it, which is a secret, is in it. */
export function pushProblems({ settings, sources }: Resolved): readonly string[] {
  const gateway = gatewayOf(settings);
  if (gateway === undefined || !('problem' in gateway)) return [];
  return [`${sources.get('metricsPush') ?? ''}: the URL ${gateway.problem}`];
}
