// Words of a line for coneyctl. Options that have no value are left out; true stands for a flag.

export type Options = Record<string, string | number | boolean | undefined>;

export function coneyctl(command: string, names: (string | number)[], options: Options = {}): string[] {
  const words = Object.entries(options).flatMap(([name, value]) => {
    const option = name.length === 1 ? '-' + name : '--' + name.replaceAll('_', '-');
    if (value === undefined || value === '' || value === false) return [];
    return value === true ? [option] : [option, String(value)];
  });
  const given = names.map(String);
  // Names that look like options stand behind the end of these.
  return [command, ...words, ...(given.some((one) => one.startsWith('-')) ? ['--'] : []), ...given];
}

// JSON for an option, nothing for an empty object.
export const jsonOption = (value: object): string | undefined => (Object.keys(value).length ? JSON.stringify(value) : undefined);
