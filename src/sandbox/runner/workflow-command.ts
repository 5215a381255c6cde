/** `::name key=value,key=value::data`, unescaped. Source: GitHub's page on workflow commands. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}

function propertiesOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').map((pair) => /^\s*([^=]+)=(.+)$/s.exec(pair));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair ? [[pair[1]?.toLowerCase() ?? '', unescapeProperty(pair[2] ?? '')]] : [])),
  );
}

/** The command of a line of output; null for ordinary lines. */
export function parseWorkflowCommand(line: string): WorkflowCommand | null {
  const parts = /^\s*::([^\s:]+)(?: (.*?))?::(.*)$/s.exec(line);
  if (parts === null) return null;
  const [, name = '', properties = '', data = ''] = parts;
  return { name: name.toLowerCase(), properties: propertiesOf(properties), data: unescapeData(data) };
}
