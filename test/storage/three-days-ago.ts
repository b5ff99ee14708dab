// Loaded into a child of the tests (`node --import`): its clock stands three days back.
const BEHIND_MS = 3 * 86_400_000;
const RealDate = Date;

class EarlierDate extends RealDate {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [RealDate.now() - BEHIND_MS] : args) as [number]));
  }
  static override now(): number {
    return RealDate.now() - BEHIND_MS;
  }
}

globalThis.Date = EarlierDate as DateConstructor;

export {};
