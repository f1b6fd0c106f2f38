// Which bindings of an exchange a routing key fits.

import type { Binding } from '../api/types';

// Words are divided by dots; * stands for one word, # for any number of them.
export function topicFits(pattern: string, key: string): boolean {
  const wanted = pattern.split('.');
  const words = key.split('.');
  // reached[j]: the pattern so far fits the first j words.
  let reached = words.map(() => false);
  reached = [true, ...reached];
  for (const part of wanted) {
    const next = reached.map(() => false);
    for (let j = 0; j <= words.length; ++j) {
      if (part === '#') next[j] = reached[j]! || (j > 0 && next[j - 1]!);
      else if (j > 0) next[j] = reached[j - 1]! && (part === '*' || part === words[j - 1]);
    }
    reached = next;
  }
  return reached[words.length]!;
}

export function routesOf(type: string, bindings: Binding[], key: string): Binding[] {
  if (type === 'fanout') return bindings;
  if (type === 'topic') return bindings.filter((binding) => topicFits(binding.routing_key, key));
  return bindings.filter((binding) => binding.routing_key === key);
}
