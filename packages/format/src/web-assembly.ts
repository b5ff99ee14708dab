/** Of the global that @types/node declares without its values. */
interface Programs {
  readonly Module: new (program: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Starts a program that imports nothing. Undefined: not possible here (no WebAssembly, no room for its memory). */
export function startWebAssembly<Exports>(program: Uint8Array): Exports | undefined {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Programs }).WebAssembly;
  try {
    return new Instance(new Module(program)).exports as Exports;
  } catch {
    return undefined;
  }
}
