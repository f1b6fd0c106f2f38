// Forms that end in one action. The fields are plain inputs with labels; the action is made from
// what they hold, can be shown as a command, and what the server finds wrong with it stands below.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Action, ApiError, request } from '../api/client';
import { refreshAll } from '../api/live';
import { Commands } from './command';
import { Failure } from './status';

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  wide?: boolean;
  children: (id: string, hintId: string | undefined) => ComponentChildren;
}

export function Field(props: FieldProps) {
  const id = useId();
  const hintId = props.hint ? `${id}-hint` : undefined;
  return (
    <div class={props.wide ? 'field wide' : 'field'}>
      <label for={id}>{props.label}</label>
      {props.children(id, hintId)}
      {props.hint && (
        <span class="hint" id={hintId}>
          {props.hint}
        </span>
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  set: (value: string) => void;
  hint?: ComponentChildren;
  type?: 'text' | 'password' | 'number';
  required?: boolean;
  wide?: boolean;
  rows?: number;
  placeholder?: string;
  autoComplete?: string;
  suggestions?: string[];
  mono?: boolean;
  autoFocus?: boolean;
}

export function TextField(props: TextProps) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  // Of its own accord the browser does it once in a document, and in a dialog that opens.
  useEffect(() => {
    if (props.autoFocus) input.current?.focus();
  }, []);
  return (
    <Field label={props.label} hint={props.hint} wide={props.wide ?? !!props.rows}>
      {(id, hintId) =>
        props.rows ? (
          <textarea
            id={id}
            aria-describedby={hintId}
            rows={props.rows}
            required={props.required}
            value={props.value}
            spellcheck={false}
            class={props.mono ? 'mono' : ''}
            onInput={(event) => props.set(event.currentTarget.value)}
          />
        ) : (
          <>
            <input
              ref={input}
              id={id}
              aria-describedby={hintId}
              type={props.type ?? 'text'}
              required={props.required}
              value={props.value}
              placeholder={props.placeholder}
              autocomplete={props.autoComplete ?? 'off'}
              spellcheck={false}
              autofocus={props.autoFocus}
              list={props.suggestions ? list : undefined}
              onInput={(event) => props.set(event.currentTarget.value)}
            />
            {props.suggestions && (
              <datalist id={list}>
                {props.suggestions.map((suggestion) => (
                  <option key={suggestion} value={suggestion} />
                ))}
              </datalist>
            )}
          </>
        )
      }
    </Field>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  set: (value: string) => void;
  choices: (string | [value: string, label: string])[];
  hint?: ComponentChildren;
}

export function ChoiceField(props: ChoiceProps) {
  return (
    <Field label={props.label} hint={props.hint}>
      {(id, hintId) => (
        <select id={id} aria-describedby={hintId} value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
          {props.choices.map((choice) => {
            const [value, label] = typeof choice === 'string' ? [choice, choice] : choice;
            return (
              <option key={value} value={value}>
                {label}
              </option>
            );
          })}
        </select>
      )}
    </Field>
  );
}

export function CheckField(props: { label: string; value: boolean; set: (value: boolean) => void; hint?: string }) {
  return (
    <div class="field">
      <label class="check">
        <input type="checkbox" checked={props.value} onChange={(event) => props.set(event.currentTarget.checked)} />
        {props.label}
      </label>
      {props.hint && <span class="hint">{props.hint}</span>}
    </div>
  );
}

// --- arguments -------------------------------------------------------------------------------------

type Kind = 'text' | 'number' | 'boolean' | 'json';
export interface Argument {
  key: string;
  kind: Kind;
  value: string;
}

export function argumentsOf(rows: Argument[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const { key, kind, value } of rows) {
    if (!key) continue;
    if (kind === 'text') made[key] = value;
    else if (kind === 'number') made[key] = Number(value);
    else if (kind === 'boolean') made[key] = value === 'true';
    else {
      try {
        made[key] = JSON.parse(value) as unknown;
      } catch {
        throw new ApiError(400, `${key}: this is not JSON.`);
      }
    }
    if (kind === 'number' && (value.trim() === '' || isNaN(Number(value)))) {
      throw new ApiError(400, `${key}: this is not a number.`);
    }
  }
  return made;
}

export function argumentRows(table: Record<string, unknown>): Argument[] {
  return Object.entries(table).map(([key, value]) => {
    if (typeof value === 'string') return { key, kind: 'text', value };
    if (typeof value === 'number') return { key, kind: 'number', value: String(value) };
    if (typeof value === 'boolean') return { key, kind: 'boolean', value: String(value) };
    return { key, kind: 'json', value: JSON.stringify(value) };
  });
}

export function ArgumentsField(props: {
  label: string;
  rows: Argument[];
  set: (rows: Argument[]) => void;
  // Known names with the kind of their values.
  known?: Record<string, Kind>;
  hint?: string;
}) {
  const list = useId();
  const rows = [...props.rows, { key: '', kind: 'text', value: '' } as Argument];
  const change = (index: number, part: Partial<Argument>) => {
    const next = { ...rows[index]!, ...part };
    const kind = part.key !== undefined ? props.known?.[part.key] : undefined;
    if (kind) next.kind = kind;
    if (next.kind === 'boolean' && next.value !== 'false') next.value = 'true';
    const all = rows.map((row, at) => (at === index ? next : row));
    props.set(all.filter((row, at) => at < all.length - 1 || row.key || row.value));
  };
  return (
    <fieldset class="field wide">
      <legend>{props.label}</legend>
      {props.hint && <span class="hint">{props.hint}</span>}
      {rows.map((row, index) => (
        <div class="argument" key={index}>
          <input
            aria-label={`${props.label}: name ${index + 1}`}
            placeholder="name"
            value={row.key}
            list={list}
            spellcheck={false}
            onInput={(event) => change(index, { key: event.currentTarget.value })}
          />
          {row.kind === 'boolean' ? (
            <select
              aria-label={`${props.label}: value ${index + 1}`}
              value={row.value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
            >
              <option>true</option>
              <option>false</option>
            </select>
          ) : (
            <input
              aria-label={`${props.label}: value ${index + 1}`}
              placeholder="value"
              value={row.value}
              spellcheck={false}
              onInput={(event) => change(index, { value: event.currentTarget.value })}
            />
          )}
          <select
            aria-label={`${props.label}: type ${index + 1}`}
            value={row.kind}
            onChange={(event) => change(index, { kind: event.currentTarget.value as Kind })}
          >
            <option value="text">text</option>
            <option value="number">number</option>
            <option value="boolean">boolean</option>
            <option value="json">JSON</option>
          </select>
          <button
            type="button"
            class="small"
            aria-label={`Remove ${row.key || 'argument'}`}
            disabled={index === rows.length - 1}
            onClick={() => props.set(props.rows.filter((_, at) => at !== index))}
          >
            ✕
          </button>
        </div>
      ))}
      <datalist id={list}>
        {Object.keys(props.known ?? {}).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </fieldset>
  );
}

// --- the form --------------------------------------------------------------------------------------

interface ActionFormProps<T> {
  // What the fields ask for now; throws an ApiError for what cannot be asked for.
  action: () => Action;
  submit: string;
  tone?: 'primary' | 'danger';
  done?: (answer: T) => void;
  cancel?: () => void;
  children?: ComponentChildren;
  disabled?: boolean;
}

export function ActionForm<T = unknown>(props: ActionFormProps<T>) {
  const [error, setError] = useState<ApiError>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setError(undefined);
    setBusy(true);
    try {
      const answer = await request<T>(props.action());
      refreshAll();
      props.done?.(answer);
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure)));
    } finally {
      setBusy(false);
    }
  };
  let shown: Action | undefined;
  try {
    shown = props.action();
  } catch {
    shown = undefined; // said when it is submitted
  }
  return (
    <form onSubmit={(event) => void submit(event)} autocomplete="off">
      <div class="fields">{props.children}</div>
      <Failure error={error} />
      <div class="form-end">
        <Commands action={shown} />
        <span class="grow" />
        {props.cancel && (
          <button type="button" onClick={props.cancel}>
            Cancel
          </button>
        )}
        {/* Not disabled while it waits: that would take the focus from it. The second half of a double
            click may hit a button that has just come to this place. */}
        <button
          type="submit"
          class={props.tone ?? 'primary'}
          aria-disabled={isBusy}
          disabled={props.disabled}
          onClick={(event) => event.detail > 1 && event.preventDefault()}
        >
          {props.submit}
        </button>
      </div>
    </form>
  );
}
