/** The reasons to send a message: its sign, its colour (red, green, blue of 8 bits), whether it is urgent. */
export const EVENTS = {
  failure: { sign: '❌', colour: 0xd73a49, isUrgent: true },
  missing: { sign: '⏰', colour: 0xd73a49, isUrgent: true },
  anomaly: { sign: '⚠️', colour: 0xdbab09, isUrgent: true },
  recovery: { sign: '✅', colour: 0x28a745, isUrgent: false },
  success: { sign: '✅', colour: 0x28a745, isUrgent: false },
  digest: { sign: '📊', colour: 0x0366d6, isUrgent: false },
  test: { sign: '🔔', colour: 0x0366d6, isUrgent: false },
} as const satisfies Record<string, EventRow>;

interface EventRow {
  readonly sign: string;
  readonly colour: number;
  readonly isUrgent: boolean;
}

export type EventKind = keyof typeof EVENTS;

/** One line of a message, e.g. `server: db.example:5432`. */
export interface Fact {
  readonly name: string;
  /** May hold any character. */
  readonly value: string;
}

/** What is sent, for any service. All texts may hold any character: each service's payload neutralizes them. */
export interface Message {
  readonly event: EventKind;
  /** The first line, e.g. `PostgreSQL backup failed: database 'shop'`. */
  readonly title: string;
  /** What happened: one sentence each. */
  readonly lines: readonly string[];
  /** What to do next. */
  readonly hint?: string | undefined;
  readonly facts: readonly Fact[];
  /** The page of the CI job. */
  readonly link?: string | undefined;
  /** ISO 8601. */
  readonly at: string;
  /** The fields of the webhook that are for programs alone. */
  readonly fields: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}
