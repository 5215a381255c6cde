import path from 'node:path';

/** How a script's file is started. */
export interface ScriptCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The file's name in its folder: its end says how Node reads it. */
  readonly name: string;
  /** Memory that the interpreter itself takes before the script has any, in MiB. */
  readonly overheadMb: number;
}

/**
 * A module may export a function as default: it gets the input and returns the answer. Without one it reads
 * stdin and writes stdout itself, as any executable does.
 */
const host = `const script = await import(process.argv[1]);
if (typeof script.default === 'function') {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  const answer = await script.default(JSON.parse(Buffer.concat(parts).toString('utf8')));
  process.stdout.write(JSON.stringify(answer) ?? 'undefined');
}`;

/** V8 and its threads, by measurement on Node 24; their stacks count as data. */
const nodeOverheadMb = 512;

/** Null when nothing says how the file is to be run. */
export function scriptCommand(
  source: string,
  text: string,
  folder: string,
  memoryMb: number,
): ScriptCommand | null {
  const extension = path.extname(source).toLowerCase();
  if (['.js', '.mjs', '.cjs'].includes(extension)) {
    const name = `check${extension === '.js' ? '.mjs' : extension}`;
    const url = `file://${path.join(folder, name)}`;
    const args = [`--max-old-space-size=${memoryMb}`, '--input-type=module', '-e', host, url];
    return { file: process.execPath, args, name, overheadMb: nodeOverheadMb };
  }
  const shebang = /^#!\s*(\S+)(?:[ \t]+([^\r\n]*\S))?/.exec(text);
  if (shebang === null) return null;
  const [, interpreter = '', argument] = shebang;
  const file = path.join(folder, 'check');
  const args = argument === undefined ? [file] : [argument, file];
  // started as the kernel would; to run the file itself would fail where the folder is mounted noexec
  return { file: interpreter, args, name: 'check', overheadMb: 0 };
}
