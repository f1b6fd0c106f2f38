// What a policy would change: on which queues and exchanges it would apply, what stands in its way,
// and which values would be others than now. The server says it; nothing is set.

import { useAnswer } from '../api/ask';
import { path } from '../api/client';
import { Badge, Failure } from '../ui/status';
import { RowTable } from '../ui/table';
import { count, plural, text } from '../ui/value';
import { ExchangeLink, QueueLink } from './links';

export type PolicyKind = 'policies' | 'operator-policies';

interface Value {
  value: unknown;
  source: string;
  policy?: string;
}
interface Counts {
  fits: number;
  wins: number;
  unsupported: number;
  changed: number;
}
interface Names {
  policy: string | null;
  operator_policy: string | null;
}
interface Item {
  kind: 'queue' | 'exchange';
  type: string;
  name: string;
  fits: boolean;
  unsupported: boolean;
  wins: boolean;
  before: Names;
  after: Names;
  winner?: { name: string; priority: number };
  changes: { name: string; before: Value | null; after: Value | null }[];
}
interface Effect {
  queues: Counts;
  exchanges: Counts;
  items: Item[];
}

function Side(props: { value: Value | null }) {
  const { value } = props;
  if (!value) return <span class="muted">nothing</span>;
  return (
    <>
      <code>{text(value.value)}</code>{' '}
      <span class="muted">{value.policy ? `${value.source} ${value.policy}` : value.source}</span>
    </>
  );
}

function Changes(props: { item: Item }) {
  if (!props.item.changes.length) return <span class="muted">no value changes</span>;
  return (
    <ul class="changes">
      {props.item.changes.map((change) => (
        <li key={change.name}>
          {change.name}: <Side value={change.before} /> <span aria-label="becomes">→</span> <Side value={change.after} />
        </li>
      ))}
    </ul>
  );
}

function Outcome(props: { item: Item; isDeletion: boolean }) {
  const { item } = props;
  const next = item.winner ? `${item.winner.name} (priority ${item.winner.priority})` : undefined;
  if (item.unsupported) return <Badge tone="warn" title="A policy with such a key does not apply to this type at all.">a key does not suit {item.type}</Badge>;
  if (props.isDeletion) return item.wins ? <Badge tone="info">{next ? `next: ${next}` : 'no policy'}</Badge> : <Badge>does not apply now</Badge>;
  if (item.wins) return <Badge tone="good">applies</Badge>;
  if (item.fits) return <Badge tone="warn">{next} wins</Badge>;
  return <Badge tone="info">{next ? `left to ${next}` : 'no policy any more'}</Badge>;
}

function sum(counts: Counts, one: string): string | undefined {
  if (!counts.fits && !counts.changed && !counts.unsupported) return undefined;
  const parts = [`fits ${plural(counts.fits, one)}`, `applies to ${count(counts.wins)}`, `changes values on ${count(counts.changed)}`];
  if (counts.unsupported) parts.push(`leaves out ${count(counts.unsupported)} whose type does not support a key`);
  return parts.join(', ');
}

function Summary(props: { effect: Effect; isDeletion: boolean }) {
  const { queues, exchanges } = props.effect;
  if (props.isDeletion) {
    return (
      <p>
        <strong>1 policy</strong> would be deleted. It applies to <strong>{plural(queues.wins, 'queue')}</strong> and{' '}
        <strong>{plural(exchanges.wins, 'exchange')}</strong>; values would change on {count(queues.changed + exchanges.changed)} of them.
      </p>
    );
  }
  const sums = [sum(queues, 'queue'), sum(exchanges, 'exchange')].filter(Boolean);
  return <p>{sums.length ? `It ${sums.join('; ')}.` : 'It fits no queue and no exchange that is there now.'}</p>;
}

// `policy`: the body of a policy, or that it would be deleted. Undefined: it is not complete yet.
export function PolicyEffect(props: {
  kind: PolicyKind;
  vhost: string;
  name: string;
  policy: Record<string, unknown> | undefined;
  items: number;
}) {
  const isDeletion = props.policy?.['deleted'] === true;
  // A policy without a name yet is asked for under one that nobody else has.
  const where = `/${props.kind}` + path(props.vhost, props.name || '(new)') + `/simulation?items=${props.items}`;
  const asked = useAnswer<Effect>(props.policy && props.vhost ? { method: 'POST', path: where, body: props.policy } : undefined);
  if (asked.error) {
    return (
      <div class="wide">
        <Failure error={asked.error} />
      </div>
    );
  }
  const effect = asked.data;
  if (!effect) return asked.isBusy ? <p class="wide muted">Looking what it would change …</p> : null;
  const known = effect.queues.fits + effect.exchanges.fits + effect.queues.unsupported;
  return (
    <section class="wide effect" aria-label="What it would change" aria-busy={asked.isBusy}>
      <div role="status">
        <Summary effect={effect} isDeletion={isDeletion} />
      </div>
      {effect.items.length > 0 && (
        <RowTable
          label="What it would change"
          rows={effect.items}
          rowKey={(item) => `${item.kind}\n${item.name}`}
          empty=""
          columns={[
            {
              id: 'name',
              label: 'Name',
              key: (item) => item.name,
              cell: (item) => (
                <div class="name">
                  {item.kind === 'queue' ? <QueueLink vhost={props.vhost} name={item.name} /> : <ExchangeLink vhost={props.vhost} name={item.name} />}
                </div>
              ),
            },
            { id: 'kind', label: 'What', key: (item) => `${item.kind} ${item.type}`, cell: (item) => `${item.type} ${item.kind === 'queue' && item.type === 'stream' ? '' : item.kind}` },
            { id: 'outcome', label: 'Outcome', cell: (item) => <Outcome item={item} isDeletion={isDeletion} /> },
            { id: 'changes', label: 'Changes', cell: (item) => <Changes item={item} /> },
          ]}
        />
      )}
      {known > effect.items.length && <p class="muted">The first {count(effect.items.length)} are shown.</p>}
    </section>
  );
}
