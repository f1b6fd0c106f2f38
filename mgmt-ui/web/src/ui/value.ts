// Numbers, times and tables as people read them.

const kGroups = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(value: number | undefined | null): string {
  return typeof value === 'number' && isFinite(value) ? kGroups.format(value) : '–';
}

export function rate(value: number | undefined | null): string {
  if (typeof value !== 'number' || !isFinite(value)) return '–';
  if (value === 0) return '0/s';
  if (Math.abs(value) < 10) return value.toFixed(1) + '/s';
  return kGroups.format(value) + '/s';
}

export function bytes(value: number | undefined | null): string {
  if (typeof value !== 'number' || !isFinite(value)) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  let scaled = Math.abs(value);
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    ++unit;
  }
  const digits = unit === 0 || scaled >= 100 ? 0 : 1;
  return `${value < 0 ? '-' : ''}${scaled.toFixed(digits)} ${units[unit]}`;
}

export function percent(value: number | undefined | null): string {
  return typeof value === 'number' && isFinite(value) ? `${Math.round(value * 100)} %` : '–';
}

// In its two largest units, as RabbitMQ says it: "45s", "2m 20s", "3d".
export function duration(milliseconds: number | undefined | null): string {
  if (typeof milliseconds !== 'number' || !isFinite(milliseconds)) return '–';
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  const both = (large: number, unit: string, small: number, lesser: string) => `${large}${unit}${small ? ` ${small}${lesser}` : ''}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return both(minutes, 'm', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return both(hours, 'h', minutes % 60, 'm');
  return both(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

export function time(at: number | string | undefined | null): string {
  if (at === undefined || at === null) return '–';
  const date = new Date(at);
  if (isNaN(date.getTime())) return String(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function plural(amount: number, one: string, many = one + 's'): string {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}

export function text(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
