// Tables. `ServerTable` shows a page of a list that the server filters and sorts, however long it is;
// `RowTable` shows rows that are here already. Column choice is remembered, the rest is in the
// address.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { withQuery } from '../api/client';
import { useLive } from '../api/live';
import { setQuery, useRoute } from '../route/route';
import { isPattern } from './pattern';
import { Age, Empty, Failure } from './status';
import { useSetting } from './setting';
import { count } from './value';

export interface Column<Row> {
  id: string;
  label: string;
  // What the server sorts by; without it the column does not sort.
  sort?: string;
  number?: boolean;
  // Shown until the user chooses otherwise. Default: true.
  shown?: boolean;
  cell: (row: Row) => ComponentChildren;
  // RowTable: what rows are ordered by.
  key?: (row: Row) => string | number;
  title?: string;
}

export interface Page<Row> {
  items: Row[];
  page: number;
  page_count: number;
  page_size: number;
  filtered_count: number;
  total_count: number;
}

interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  sortedBy?: string | undefined;
  reverse?: boolean | undefined;
  onSort?: ((column: Column<Row>) => void) | undefined;
}

function classOf<Row>(column: Column<Row>): string {
  return column.number ? 'number' : column.id === 'actions' ? 'actions' : '';
}

function Plain<Row>(props: TableProps<Row>) {
  const { columns, rows, sortedBy, reverse } = props;
  const canSort = (column: Column<Row>) => !!props.onSort && !!(column.sort ?? column.key);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={props.label}>
      <table>
        <caption class="unseen">{props.label}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const isSorted = sortedBy === column.id;
              const order = isSorted ? (reverse ? 'descending' : 'ascending') : undefined;
              return (
                <th key={column.id} scope="col" class={classOf(column)} aria-sort={order} title={column.title}>
                  {canSort(column) ? (
                    <button type="button" class="sort" onClick={() => props.onSort?.(column)}>
                      {column.label}
                      <span aria-hidden="true">{isSorted ? (reverse ? ' ↓' : ' ↑') : ''}</span>
                    </button>
                  ) : (
                    column.label
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={props.rowKey(row)}>
              {columns.map((column) => (
                <td key={column.id} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ColumnChoice<Row>(props: { columns: Column<Row>[]; hidden: string[]; choose: (hidden: string[]) => void }) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const menu = details.current;
      if (!menu?.open) return;
      const isEscape = event instanceof KeyboardEvent && event.key === 'Escape';
      const isOutside = !(event instanceof KeyboardEvent) && !menu.contains(event.target as Node);
      if (isEscape) menu.querySelector('summary')?.focus();
      if (isEscape || isOutside) menu.open = false;
    };
    const kinds = ['click', 'keydown', 'focusin'];
    for (const kind of kinds) document.addEventListener(kind, close);
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, close);
    };
  }, []);
  const toggle = (id: string) =>
    props.choose(props.hidden.includes(id) ? props.hidden.filter((other) => other !== id) : [...props.hidden, id]);
  return (
    <details class="menu" ref={details}>
      <summary class="button">Columns</summary>
      <div class="menu-body">
        {props.columns.filter((column) => column.label).map((column) => (
          <label key={column.id} class="check">
            <input type="checkbox" checked={!props.hidden.includes(column.id)} onChange={() => toggle(column.id)} />
            {column.label}
          </label>
        ))}
      </div>
    </details>
  );
}

function useColumns<Row>(name: string, columns: Column<Row>[]): [Column<Row>[], string[], (hidden: string[]) => void] {
  const usual = columns.filter((column) => column.shown === false).map((column) => column.id);
  const [hidden, choose] = useSetting<string[]>(`columns.${name}`, usual);
  return [columns.filter((column) => !hidden.includes(column.id)), hidden, choose];
}

const kPageSizes = [50, 100, 200, 500];

// Filter, order and page, all in the address.
function useListQuery(sort: string, reverse: boolean) {
  const { query } = useRoute();
  return {
    name: query['name'] ?? '',
    useRegex: query['regex'] === '1',
    sort: query['sort'] ?? sort,
    reverse: query['sort'] ? query['down'] === '1' : reverse,
    page: Math.max(1, Number(query['page']) || 1),
  };
}

function Filter(props: { name: string; useRegex: boolean; label: string }) {
  const id = useId();
  const [typed, setTyped] = useState(props.name);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setTyped(props.name), [props.name]);
  const changed = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery({ name: value, page: undefined }), 250);
  };
  return (
    <div class="filter">
      <label class="unseen" for={id}>
        {props.label}
      </label>
      <input
        id={id}
        type="search"
        placeholder={props.useRegex ? 'Filter by regular expression' : 'Filter by name'}
        value={typed}
        spellcheck={false}
        onInput={(event) => changed(event.currentTarget.value)}
        title="The key / leads here"
        aria-keyshortcuts="/"
        data-filter
      />
      <label class="check">
        <input
          type="checkbox"
          checked={props.useRegex}
          onChange={(event) => setQuery({ regex: event.currentTarget.checked ? '1' : undefined, page: undefined })}
        />
        Regex
      </label>
    </div>
  );
}

function Pager(props: { page: number; pages: number }) {
  if (props.pages <= 1) return null;
  const to = (page: number) => setQuery({ page: page === 1 ? undefined : String(page) });
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" disabled={props.page <= 1} onClick={() => to(1)} aria-label="First page">
        «
      </button>
      <button type="button" disabled={props.page <= 1} onClick={() => to(props.page - 1)} aria-label="Page before">
        ‹
      </button>
      <span>
        Page {count(props.page)} of {count(props.pages)}
      </span>
      <button type="button" disabled={props.page >= props.pages} onClick={() => to(props.page + 1)} aria-label="Next page">
        ›
      </button>
      <button type="button" disabled={props.page >= props.pages} onClick={() => to(props.pages)} aria-label="Last page">
        »
      </button>
    </nav>
  );
}

interface ServerTableProps<Row> {
  name: string; // of the remembered columns
  label: string;
  path: string;
  query?: Record<string, string | undefined>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  sort: string; // id of a column
  reverse?: boolean;
  empty: ComponentChildren;
  actions?: ComponentChildren;
}

export function ServerTable<Row>(props: ServerTableProps<Row>) {
  const [columns, hidden, choose] = useColumns(props.name, props.columns);
  const [size, setSize] = useSetting<number>('pageSize', 100);
  const list = useListQuery(props.sort, props.reverse ?? false);
  const sorted = props.columns.find((column) => column.id === list.sort);
  const live = useLive<Page<Row>>(
    withQuery(props.path, {
      page: list.page,
      page_size: size,
      name: list.name,
      use_regex: list.name ? list.useRegex : undefined,
      sort: sorted?.sort,
      sort_reverse: sorted?.sort ? list.reverse : undefined,
      ...props.query,
    }),
  );
  const sortBy = (column: Column<Row>) =>
    setQuery({ sort: column.id, down: list.sort === column.id && !list.reverse ? '1' : '0', page: undefined });
  const page = live.data;
  return (
    <section>
      <div class="toolbar">
        <Filter name={list.name} useRegex={list.useRegex} label={`Filter ${props.label}`} />
        <span class="muted" role="status">
          {page && (page.filtered_count === page.total_count ? count(page.total_count) : `${count(page.filtered_count)} of ${count(page.total_count)}`)}
        </span>
        <Age readAt={live.readAt} error={live.error} />
        <span class="grow" />
        <ColumnChoice columns={props.columns} hidden={hidden} choose={choose} />
        {props.actions}
      </div>
      {live.error && !page && <Failure error={live.error} />}
      {live.error && page && live.error.status === 400 && <Failure error={live.error} />}
      {page && page.items.length > 0 && (
        <Plain
          label={props.label}
          columns={columns}
          rows={page.items}
          rowKey={props.rowKey}
          sortedBy={list.sort}
          reverse={list.reverse}
          onSort={sortBy}
        />
      )}
      {page && page.items.length === 0 && <Empty>{!list.name ? props.empty : list.useRegex && !isPattern(list.name) ? 'This is not a regular expression.' : 'Nothing fits the filter.'}</Empty>}
      {page && (page.page_count > 1 || page.total_count > kPageSizes[0]!) && (
        <div class="toolbar">
          <Pager page={list.page} pages={page.page_count} />
          <label class="check">
            <select value={String(size)} onChange={(event) => setSize(Number(event.currentTarget.value))}>
              {kPageSizes.map((choice) => (
                <option key={choice} value={String(choice)}>
                  {choice}
                </option>
              ))}
            </select>
            rows a page
          </label>
        </div>
      )}
    </section>
  );
}

interface RowTableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  empty: ComponentChildren;
}

export function RowTable<Row>(props: RowTableProps<Row>) {
  const [order, setOrder] = useState<{ id: string; reverse: boolean }>();
  if (!props.rows) return null;
  if (props.rows.length === 0) return <Empty>{props.empty}</Empty>;
  const key = props.columns.find((column) => column.id === order?.id)?.key;
  const rows = [...props.rows];
  if (key) {
    rows.sort((a, b) => {
      const left = key(a);
      const right = key(b);
      const less = left < right ? -1 : left > right ? 1 : 0;
      return order?.reverse ? -less : less;
    });
  }
  const sortBy = (column: Column<Row>) =>
    setOrder({ id: column.id, reverse: order?.id === column.id && !order.reverse });
  return (
    <Plain
      label={props.label}
      columns={props.columns}
      rows={rows}
      rowKey={props.rowKey}
      sortedBy={order?.id}
      reverse={order?.reverse}
      onSort={sortBy}
    />
  );
}
