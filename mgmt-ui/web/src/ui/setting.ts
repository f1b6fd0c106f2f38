// What the user has chosen, kept in the browser. Every use of a name on the page changes together.

import { useLayoutEffect, useState } from 'preact/hooks';

const kPrefix = 'coney.';
const kChanged = 'coney:setting';

export function readSetting<T>(name: string, fallback: T): T {
  try {
    const stored = localStorage.getItem(kPrefix + name);
    return stored === null ? fallback : (JSON.parse(stored) as T);
  } catch {
    return fallback;
  }
}

export function writeSetting<T>(name: string, value: T): void {
  try {
    localStorage.setItem(kPrefix + name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
  window.dispatchEvent(new CustomEvent(kChanged, { detail: { name, value } }));
}

export function useSetting<T>(name: string, fallback: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => readSetting(name, fallback));
  useLayoutEffect(() => {
    const changed = (event: Event) => {
      const { detail } = event as CustomEvent<{ name: string; value: T }>;
      if (detail.name === name) setValue(detail.value);
    };
    window.addEventListener(kChanged, changed);
    return () => window.removeEventListener(kChanged, changed);
  }, [name]);
  return [value, (chosen) => writeSetting(name, chosen)];
}
