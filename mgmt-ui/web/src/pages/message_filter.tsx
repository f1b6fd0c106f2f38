// What the explorer of messages looks for. All of it is in the address, so that a view can be shared.

import { useState } from 'preact/hooks';
import { setQuery, useRoute } from '../route/route';
import { CheckField, ChoiceField, TextField } from '../ui/form';

export interface MessageFilter {
  state: string;
  key: string;
  exchange: string;
  header: string; // NAME or NAME=VALUE
  property: string; // NAME or NAME=VALUE
  body: string;
  older: string; // seconds
  younger: string; // seconds
  pattern: string; // "1": key, exchange, values and body are regular expressions
}

const kNames: Record<keyof MessageFilter, string> = {
  state: 'state',
  key: 'routing_key',
  exchange: 'exchange',
  header: 'header',
  property: 'property',
  body: 'body',
  older: 'min_age',
  younger: 'max_age',
  pattern: 'use_regex',
};

export function useMessageFilter(): MessageFilter {
  const { query } = useRoute();
  const fields = Object.keys(kNames) as (keyof MessageFilter)[];
  return Object.fromEntries(fields.map((field) => [field, query[`m.${field}`] ?? ''])) as unknown as MessageFilter;
}

export function isFiltered(filter: MessageFilter): boolean {
  return Object.entries(filter).some(([field, value]) => field !== 'pattern' && value !== '');
}

// As the server's query has them.
export function filterQuery(filter: MessageFilter): Record<string, string | undefined> {
  const query: Record<string, string | undefined> = {};
  for (const [field, name] of Object.entries(kNames)) query[name] = filter[field as keyof MessageFilter] || undefined;
  query['use_regex'] = filter.pattern ? 'true' : undefined;
  return query;
}

function show(filter: Partial<MessageFilter>): void {
  const changes: Record<string, string | undefined> = { from: undefined, back: undefined, open: undefined };
  for (const field of Object.keys(kNames)) changes[`m.${field}`] = filter[field as keyof MessageFilter] || undefined;
  setQuery(changes);
}

export function FilterForm(props: { filter: MessageFilter; isStream: boolean }) {
  const [typed, setTyped] = useState(props.filter);
  const set = (part: Partial<MessageFilter>) => setTyped({ ...typed, ...part });
  return (
    <form
      aria-label="Filter messages"
      onSubmit={(event) => {
        event.preventDefault();
        show(typed);
      }}
    >
      <div class="fields">
        {!props.isStream && (
          <ChoiceField
            label="State"
            value={typed.state}
            set={(state) => set({ state })}
            choices={[['', 'any'], ['ready', 'ready'], ['unacked', 'with a consumer']]}
          />
        )}
        <TextField label="Routing key" value={typed.key} set={(key) => set({ key })} />
        <TextField label="Exchange" value={typed.exchange} set={(exchange) => set({ exchange })} />
        <TextField label="Header" value={typed.header} set={(header) => set({ header })} placeholder="name or name=value" />
        <TextField label="Property" value={typed.property} set={(property) => set({ property })} placeholder="message_id=o-7" />
        <TextField label="Body contains" value={typed.body} set={(body) => set({ body })} />
        <TextField label="Older than (seconds)" type="number" value={typed.older} set={(older) => set({ older })} />
        <TextField label="Younger than (seconds)" type="number" value={typed.younger} set={(younger) => set({ younger })} />
        <CheckField label="Regular expressions" value={typed.pattern !== ''} set={(isPattern) => set({ pattern: isPattern ? '1' : '' })} />
      </div>
      <div class="form-end">
        <span class="grow" />
        {isFiltered(props.filter) && (
          <button
            type="button"
            onClick={() => {
              setTyped({ state: '', key: '', exchange: '', header: '', property: '', body: '', older: '', younger: '', pattern: '' });
              show({});
            }}
          >
            Show all
          </button>
        )}
        <button type="submit" class="primary">
          Look
        </button>
      </div>
    </form>
  );
}
