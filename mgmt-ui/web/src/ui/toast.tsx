// What has just been done, said for a few seconds.

import { useEffect, useState } from 'preact/hooks';

const kSaid = 'coney:said';

export function say(what: string): void {
  window.dispatchEvent(new CustomEvent(kSaid, { detail: what }));
}

export function Toasts() {
  const [said, setSaid] = useState<{ id: number; what: string }[]>([]);
  useEffect(() => {
    let next = 0;
    const hear = (event: Event) => {
      const id = next++;
      setSaid((old) => [...old, { id, what: (event as CustomEvent<string>).detail }]);
      setTimeout(() => setSaid((old) => old.filter((one) => one.id !== id)), 5000);
    };
    window.addEventListener(kSaid, hear);
    return () => window.removeEventListener(kSaid, hear);
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said.map((one) => (
        <div key={one.id} class="toast">
          {one.what}
        </div>
      ))}
    </div>
  );
}
