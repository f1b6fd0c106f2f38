// The keyboard's place on the page. Where what has the focus goes away, as a row that is deleted or
// a button that can do nothing more, something near has it next; the browser would begin again at
// the top of the page.

import { useEffect } from 'preact/hooks';

const kFocusable = ['a[href]', 'button', 'input', 'select', 'textarea'].map((one) => `${one}:not(:disabled)`).join() + ', summary, [tabindex]';

function nearest(parts: Element[]): HTMLElement | undefined {
  for (const part of parts) {
    const found = part.isConnected && (part.matches(kFocusable) ? part : part.querySelector(kFocusable));
    if (found) return found as HTMLElement;
  }
  return undefined;
}

export function useKeptFocus(): void {
  useEffect(() => {
    let last: Element[] = []; // what had the focus, and what that is in
    const focused = (event: Event) => {
      last = [];
      for (let at = event.target as Element | null; at && at !== document.body; at = at.parentElement) last.push(at);
    };
    const pressed = () => (last = []); // somewhere else is chosen
    const changed = () => {
      const [had] = last;
      if (!had || (had.isConnected && !had.matches(':disabled'))) return;
      if (document.activeElement === document.body || document.activeElement === had) nearest(last.slice(1))?.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(changed);
    observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    document.addEventListener('focusin', focused);
    document.addEventListener('pointerdown', pressed);
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', focused);
      document.removeEventListener('pointerdown', pressed);
    };
  }, []);
}
