// Light, dark, or as the system has it.

import { readSetting, useSetting } from './setting';

export type Theme = 'auto' | 'light' | 'dark';

const kSystem = window.matchMedia('(prefers-color-scheme: dark)');

export function applyTheme(): void {
  const theme = readSetting<Theme>('theme', 'auto');
  const isDark = theme === 'dark' || (theme === 'auto' && kSystem.matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}

kSystem.addEventListener('change', applyTheme);

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useSetting<Theme>('theme', 'auto');
  return [
    theme,
    (chosen) => {
      setTheme(chosen);
      applyTheme();
    },
  ];
}
