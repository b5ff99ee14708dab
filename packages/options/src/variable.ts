import type { Option } from './option.ts';
import { environmentNames, OPTIONS, type OptionName } from './options.ts';

/** The names that the first pages of docs/ use for options without a flag. */
const KNOWN: Readonly<Partial<Record<OptionName, string>>> = {
  databaseUrl: 'DATABASE_URL',
  password: 'PG_PASSWORD',
  s3Bucket: 'MINIO_BUCKET',
  s3AccessKey: 'MINIO_ACCESS_KEY',
  s3SecretKey: 'MINIO_SECRET_KEY',
};

/** The one of `environmentNames` that texts use for an option. */
export function variableOf(name: OptionName): string {
  return KNOWN[name] ?? (environmentNames(name)[0] as string);
}

/** The same as a noun, with its value if there is one. */
export function variableText(name: OptionName, value?: string): string {
  const option: Option = OPTIONS[name];
  const shown = value ?? (option.type === 'flag' ? 'true' : undefined);
  return `the variable ${variableOf(name)}${shown === undefined ? '' : `=${shown}`}`;
}
