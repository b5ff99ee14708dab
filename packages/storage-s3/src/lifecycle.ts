import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  type TransitionDefaultMinimumObjectSize,
} from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';

/** The lifecycle rules of a bucket. */
export interface Lifecycle {
  readonly rules: readonly LifecycleRule[];
  /** As the server wrote them; undefined: none. */
  readonly document: string | undefined;
  /** A setting of all rules that is outside of the document. */
  readonly minimumSize: TransitionDefaultMinimumObjectSize | undefined;
}

export const NO_LIFECYCLE = 'NoSuchLifecycleConfiguration';

/** Errors: those of the storage, also where the key may not ask. */
export function readLifecycle(bucket: Bucket, signal: AbortSignal | undefined): Promise<Lifecycle> {
  const request = { what: 'read the lifecycle rules of the bucket', action: 's3:GetLifecycleConfiguration', signal };
  return bucket.call(request, async (client, how) => {
    let document: string | undefined;
    const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.settings.bucket });
    command.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const response = answer.response as { body: AsyncIterable<Uint8Array> | Uint8Array; statusCode: number };
        const bytes = await wholeOf(response.body);
        if (response.statusCode === 200) document = bytes.toString();
        response.body = bytes;
        return answer;
      },
      { step: 'deserialize', priority: 'low', name: 'keepDocument' },
    );
    try {
      const { Rules: rules = [], TransitionDefaultMinimumObjectSize: minimumSize } = await client.send(command, how);
      return { rules, document, minimumSize };
    } catch (error) {
      if ((error as Error).name !== NO_LIFECYCLE) throw error;
      return { rules: [], document: undefined, minimumSize: undefined };
    }
  });
}

async function wholeOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** Replaces all lifecycle rules by those of the document. Errors: those of the storage. */
export async function putLifecycle(
  bucket: Bucket,
  { document, minimumSize }: { readonly document: string } & Pick<Lifecycle, 'minimumSize'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = { what: 'put lifecycle rules to the bucket', action: 's3:PutLifecycleConfiguration', signal };
  await bucket.call(request, (client, how) => {
    const command = new PutBucketLifecycleConfigurationCommand({
      Bucket: bucket.settings.bucket,
      LifecycleConfiguration: { Rules: [] },
      ...(minimumSize === undefined ? {} : { TransitionDefaultMinimumObjectSize: minimumSize }),
    });
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: unknown }).body = Buffer.from(document);
        return next(args);
      },
      { step: 'build', priority: 'high', name: 'sendDocument' },
    );
    return client.send(command, how);
  });
}
