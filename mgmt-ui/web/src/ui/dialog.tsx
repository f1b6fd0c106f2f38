// Dialogs on the browser's own <dialog>: focus stays inside, Escape closes.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Action } from '../api/client';
import { ActionForm } from './form';
import { say } from './toast';

const kFirstButton = '.form-end > button';
const kFirst = `form input, form select, form textarea, ${kFirstButton}`;

export function Dialog(props: { title: string; close: () => void; wide?: boolean; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const shown = dialog.current!;
    shown.showModal();
    // Not the button that closes it, which comes first; and where Enter would delete, "Cancel".
    const first = shown.querySelector('.form-end > .danger') ? kFirstButton : kFirst;
    if (!shown.querySelector('[autofocus]')) shown.querySelector<HTMLElement>(first)?.focus();
    return () => shown.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={props.wide ? 'wide' : ''}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
    >
      <header>
        <h2 id={title}>{props.title}</h2>
        <span class="grow" />
        <button type="button" class="small" aria-label="Close" onClick={props.close}>
          ✕
        </button>
      </header>
      {props.children}
    </dialog>
  );
}

// A button that opens a dialog with what it holds.
export function DialogButton(props: {
  label: string;
  title?: string;
  tone?: 'primary' | 'danger' | 'small';
  wide?: boolean;
  children: (close: () => void) => ComponentChildren;
}) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" class={props.tone ?? ''} onClick={() => setOpen(true)}>
        {props.label}
      </button>
      {isOpen && (
        <Dialog title={props.title ?? props.label} close={close} wide={props.wide ?? false}>
          {props.children(close)}
        </Dialog>
      )}
    </>
  );
}

interface ActionButtonProps {
  label: string;
  title: string;
  action: Action;
  what: ComponentChildren; // what would happen
  done?: () => void;
  said?: string;
  small?: boolean;
  wide?: boolean;
}

// A button for one action without fields: says first what would happen.
export function ActionButton(props: ActionButtonProps & { tone?: 'danger' }) {
  return (
    <DialogButton label={props.label} title={props.title} {...(props.small ? { tone: 'small' } : props.tone && { tone: props.tone })} wide={props.wide ?? false}>
      {(close) => (
        <ActionForm
          action={() => props.action}
          submit={props.label}
          tone={props.tone ?? 'primary'}
          cancel={close}
          done={() => {
            close();
            if (props.said) say(props.said);
            props.done?.();
          }}
        >
          <div class="wide">{props.what}</div>
        </ActionForm>
      )}
    </DialogButton>
  );
}

// The same for what cannot be undone: `what` has the count of what would go.
export function ConfirmButton(props: ActionButtonProps) {
  return <ActionButton {...props} tone="danger" />;
}
