import { BackuperError } from '@postgres-backuper/base';
import { type Measured, metricsGroups } from '@postgres-backuper/hosts';
import { pushMetrics } from '@postgres-backuper/notifications';
import { type Environment, type Resolved, say } from '@postgres-backuper/options';
import { limitsOfCancelled, whileSending } from '../notify/sending.ts';
import { realClock } from '../real-clock.ts';
import { gatewayOf } from '../services/push-target.ts';

/** Pushes the metrics of a run to the Pushgateway in the settings. */
export interface Pusher {
  /** Returns a warning if some did not arrive. */
  push(measured: Measured): Promise<readonly BackuperError[]>;
}

interface PusherRequest {
  readonly resolved: Resolved;
  readonly environment: Environment;
}

/** Does nothing without a Pushgateway, or with a URL that cannot be read, which fails the run. */
export function createPusher({ resolved, environment }: PusherRequest): Pusher {
  const gateway = gatewayOf(resolved.settings);
  if (gateway === undefined || 'problem' in gateway) return { push: async () => [] };
  return {
    async push(measured) {
      const isCancelled = measured.document.error?.code === 'cancelled';
      const limits = isCancelled ? { limits: limitsOfCancelled() } : {};
      const problem = await whileSending((signal) =>
        pushMetrics(metricsGroups(measured), gateway, { clock: realClock, environment, signal, ...limits }),
      );
      if (problem === undefined) return [];
      const hint = problem.hint ?? `look at the Pushgateway of ${say.given('metricsPush')}`;
      const text = `the metrics were not pushed to ${gateway.shown}: ${problem.why}`;
      return [new BackuperError('metrics-not-pushed', text, { hint })];
    },
  };
}
