import { post } from './post.ts';
import { statusProblem } from './problem.ts';
import type { Delivery, SendServices } from './retries.ts';
import type { HttpRequest } from './services/service.ts';

/** Sends the request; the status of the answer says whether it arrived. */
export function byHttp(request: HttpRequest, { environment }: Pick<SendServices, 'environment'>): Delivery {
  return async (signal) => {
    const { status, retryAfterMs } = await post(request, { environment, signal });
    const problem = statusProblem(status);
    return problem && { ...problem, retryAfterMs };
  };
}
