/** When and what a rotation may delete. */
export type RotationRequest = never;

/** What a rotation did in one repository. */
export interface Rotation {
  /** Labels that it deleted. */
  readonly deleted: readonly string[];
  /** Why it deleted nothing though it might have. */
  readonly rotationRefused: string | null;
}

export async function rotate(
  _request: RotationRequest | undefined,
  made: { readonly destinations: readonly unknown[] },
  _context: unknown,
): Promise<readonly Rotation[]> {
  return made.destinations.map(() => ({ deleted: [], rotationRefused: null }));
}
