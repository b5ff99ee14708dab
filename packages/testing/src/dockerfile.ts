/** One instruction of a Dockerfile: `RUN`, and its text on one line. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What a container gets from its image. */
export interface ImageConfig {
  readonly from: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

/** The instructions in their order. Known are comments and lines that end with `\`: no parser directives, no heredocs. */
export function parseDockerfile(text: string): readonly Instruction[] {
  const code = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n/g, '');
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
    return { name: name.toUpperCase(), text: rest.trim() };
  });
}

/** What the instructions say about containers of the image; of several the last counts, as in Docker. */
export function imageConfig(instructions: readonly Instruction[]): ImageConfig {
  const texts = (name: string): readonly string[] =>
    instructions.flatMap((one) => (one.name === name ? [one.text] : []));
  const last = (name: string, otherwise: string): string => texts(name).at(-1) ?? otherwise;
  const pairs = (name: string) => Object.assign({}, ...texts(name).map(pairsOf)) as Record<string, string>;
  return {
    from: last('FROM', ''),
    env: pairs('ENV'),
    labels: pairs('LABEL'),
    user: last('USER', '0:0'),
    workdir: last('WORKDIR', '/'),
    entrypoint: JSON.parse(last('ENTRYPOINT', '[]')),
    cmd: JSON.parse(last('CMD', '[]')),
  };
}

/** `a="b c" d=e` */
export function pairsOf(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)/g)];
  return Object.fromEntries(
    found.map(([, name = '', value = '']) => [name, value.startsWith('"') ? JSON.parse(value) : value]),
  );
}
