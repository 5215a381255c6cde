import { type Field, nameField, type PatternFault, patternsOf } from './match-field.ts';
import { plainNames } from './pattern.ts';
import type { MatcherSpec } from './schema/rules.ts';
import { no, yes } from './three-valued.ts';

type CommandSpec = Extract<MatcherSpec, { command: unknown }>['command'];

export function commandFields(spec: CommandSpec, fault: PatternFault): Field[] {
  const fields = nameField('name', spec.name, fault, 'command');
  const words = patternsOf(spec.argv, plainNames, ['command', 'argv'], fault);
  if (words === null) return fields;
  return [
    ...fields,
    ({ action }, leaning) => {
      if (action.kind !== 'command') return no('it is no command');
      const [program = '', ...rest] = action.argv;
      const text = action.argv.join(' ');
      // `/usr/bin/psql` is psql for a rule that holds, and only itself for one that lets through
      const short = [program.slice(program.lastIndexOf('/') + 1), ...rest].join(' ');
      const fits = words(text) || (leaning === 'strict' && words(short));
      return fits ? yes(`argv ${text}`) : no(`argv is ${text}`);
    },
  ];
}
