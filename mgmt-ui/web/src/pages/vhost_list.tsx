// A list of what lives in vhosts: of all of them, or of the one that is chosen.

import type { ComponentChildren } from 'preact';
import { path } from '../api/client';
import { Heading } from '../ui/status';
import { type Column, ServerTable } from '../ui/table';
import { useVhost, VhostChoice } from './links';

export function VhostList<Row>(props: {
  title: string;
  // Where the list is; of one vhost, `${base}/{vhost}` unless `ofVhost` says otherwise.
  base: string;
  ofVhost?: (vhost: string) => string;
  query?: Record<string, string | undefined>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  sort?: string;
  empty: ComponentChildren;
  actions?: (vhost: string) => ComponentChildren;
}) {
  const [vhost] = useVhost();
  const label = props.title.toLowerCase();
  const where = vhost ? (props.ofVhost?.(vhost) ?? props.base + path(vhost)) : props.base;
  return (
    <>
      <Heading title={props.title}>
        <VhostChoice />
        {props.actions?.(vhost)}
      </Heading>
      <ServerTable
        name={label}
        label={label}
        path={where}
        {...(props.query && { query: props.query })}
        columns={vhost ? props.columns.filter((column) => column.id !== 'vhost') : props.columns}
        rowKey={props.rowKey}
        sort={props.sort ?? 'name'}
        empty={props.empty}
      />
    </>
  );
}
