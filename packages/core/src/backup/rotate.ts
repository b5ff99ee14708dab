/** What a rotation did in one repository. */
export interface Rotation {
  /** Labels that it deleted. */
  readonly deleted: readonly string[];
  /** Why it deleted nothing though it might have. */
  readonly rotationRefused: string | null;
}
