import { discord } from './services/discord.ts';
import { heartbeat } from './services/heartbeat.ts';
import { ntfy } from './services/ntfy.ts';
import type { Service } from './services/service.ts';
import { slack } from './services/slack.ts';
import { teams } from './services/teams.ts';
import { telegram } from './services/telegram.ts';
import { webhook } from './services/webhook.ts';
import type { HttpKind } from './target.ts';

/** Every service that takes a message by HTTP, by the prefix of its URLs. The webhook takes what no other one claims. */
export const SERVICES: Readonly<Record<HttpKind, Service>> = {
  slack,
  teams,
  discord,
  telegram,
  ntfy,
  heartbeat,
  webhook,
};
