export type { EventKind, Fact, Message } from './message.ts';
export { parseGateway } from './metrics/gateway.ts';
export { pushMetrics } from './metrics/push-metrics.ts';
export { parseTarget } from './parse-target.ts';
export { type Sent, sendMessage, sendStart } from './send.ts';
export type { Target } from './target.ts';
