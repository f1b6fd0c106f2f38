// The messages of a queue where they are: a cursor over any queue, filters, bodies. Nothing is taken,
// no consumer notices.

import { useEffect, useState } from 'preact/hooks';
import { coneyctl, type Options } from '../api/cli';
import { get, path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import type { Browsed, BrowsedMessage } from '../api/types';
import { setQuery, useRoute } from '../route/route';
import { may } from '../session/session';
import { Commands } from '../ui/command';
import { DialogButton } from '../ui/dialog';
import { ActionForm } from '../ui/form';
import { Badge, Empty, Failure, type Tone } from '../ui/status';
import { say } from '../ui/toast';
import { bytes, count, duration, plural } from '../ui/value';
import { ChannelLink, exchangeTitle } from './links';
import { FilterForm, filterQuery, isFiltered, type MessageFilter, useMessageFilter } from './message_filter';
import { MessageView, saveBody } from './message_view';

const kRows = 50;
const kPreview = 300; // bytes of the body in the list
const kBody = 262_144; // bytes of the body that is looked at
const kTones: Record<BrowsedMessage['state'], Tone> = { ready: 'good', unacked: 'warn', delayed: 'info', dead: 'bad' };
const kWords: Record<BrowsedMessage['state'], string> = { ready: 'ready', unacked: 'with a consumer', delayed: 'delayed', dead: 'dead letter on its way' };

const ageOf = (message: BrowsedMessage) => (message.age === null ? '–' : duration(message.age * 1000));

export const browsePath = (vhost: string, queue: string): string => '/coney/queues' + path(vhost, queue) + '/browse';

// What the view is: where it begins, and which way it reads.
interface Place {
  from: string;
  reads: 'forward' | 'backward';
  newestFirst: boolean;
}

function usePlace(): Place {
  const { query } = useRoute();
  const newestFirst = query['order'] === 'new';
  const isBack = query['back'] === '1';
  return { from: query['from'] ?? '', reads: newestFirst !== isBack ? 'backward' : 'forward', newestFirst };
}

const goTo = (from: string | undefined, isBack = false) => setQuery({ from, back: isBack ? '1' : undefined, open: undefined });

// The pages before and after the one that is shown, as far as there are any.
function pagesAround(place: Place, browsed: Browsed): { before?: () => void; after?: () => void } {
  const first = browsed.messages[0];
  const isBack = place.reads === 'backward' && !place.newestFirst;
  if (isBack) {
    return { ...(browsed.next && { before: () => goTo(browsed.next!, true) }), after: () => goTo(place.from) };
  }
  return {
    ...(place.from && !place.newestFirst && first && { before: () => goTo(first.cursor, true) }),
    ...(browsed.next && { after: () => goTo(browsed.next!) }),
  };
}

function Opened(props: { vhost: string; queue: string; message: BrowsedMessage }) {
  const { message } = props;
  const one = { from: message.cursor, limit: 1, scan: 1 };
  const base = browsePath(props.vhost, props.queue);
  const live = useLive<Browsed>(withQuery(base, { ...one, truncate: kBody }), { once: true });
  const found = live.data?.messages[0];
  const isThere = found?.cursor === message.cursor;
  const shown = isThere ? found : message;
  const save = async () => {
    const name = `${props.queue}-${message.position}.bin`;
    const whole = await get<Browsed>(withQuery(base, { ...one, encoding: 'base64', truncate: message.payload_bytes })).catch(() => undefined);
    const body = whole?.messages[0];
    if (body?.cursor === message.cursor) saveBody(body, name);
    else say('The message has left the queue.');
  };
  return (
    <>
      {live.data && !isThere && <p class="note">This message has left the queue since. What is known of it is shown.</p>}
      <MessageView
        title={`Message ${message.position}`}
        message={shown}
        save={() => void save()}
        badges={<Badge tone={kTones[shown.state]}>{kWords[shown.state]}</Badge>}
        facts={[
          ['age', ageOf(shown)],
          ['deliveries', count(shown.delivery_count)],
          ['held', shown.on_disk ? 'on disk' : 'in memory'],
          ...(shown.consumer ? ([['with', <ChannelLink name={shown.consumer.channel}>{shown.consumer.consumer_tag}</ChannelLink>]] as [string, preact.JSX.Element][]) : []),
        ]}
      />
    </>
  );
}

function preview(message: BrowsedMessage): string {
  if (message.payload_encoding === 'base64') return 'binary';
  return message.payload.slice(0, 160) + (message.payload_truncated || message.payload.length > 160 ? ' …' : '');
}

function Rows(props: { vhost: string; queue: string; rows: BrowsedMessage[] }) {
  const { query } = useRoute();
  const opened = query['open'];
  const toggle = (cursor: string) => setQuery({ open: opened === cursor ? undefined : cursor });
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Messages">
      <table>
        <caption class="unseen">Messages</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              Position
            </th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Age
            </th>
            <th scope="col">Exchange and routing key</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col">Body</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.flatMap((message) => [
            <tr key={message.cursor}>
              <td class="number">
                <button type="button" class="link" aria-expanded={opened === message.cursor} onClick={() => toggle(message.cursor)}>
                  {count(message.position)}
                </button>
              </td>
              <td>
                <Badge tone={kTones[message.state]}>{kWords[message.state]}</Badge>
                {message.redelivered && <Badge tone="warn">redelivered</Badge>}
              </td>
              <td class="number">{ageOf(message)}</td>
              <td>
                <div class="name">
                  {exchangeTitle(message.exchange)} → <code>{message.routing_key}</code>
                </div>
              </td>
              <td class="number">{bytes(message.payload_bytes)}</td>
              <td>
                <code class="preview">{preview(message)}</code>
              </td>
            </tr>,
            ...(opened === message.cursor
              ? [
                  <tr key={message.cursor + ' opened'} class="opened">
                    <td colSpan={6}>
                      <Opened vhost={props.vhost} queue={props.queue} message={message} />
                    </td>
                  </tr>,
                ]
              : []),
          ])}
        </tbody>
      </table>
    </div>
  );
}

function Found(props: { browsed: Browsed; filtered: boolean }) {
  const { scanned, messages, scan_limited: isLimited, unreadable } = props.browsed;
  return (
    <span class="muted" role="status">
      {props.filtered ? `${count(messages.length)} of ${plural(scanned, 'message')} looked at fit${messages.length === 1 ? 's' : ''}` : plural(messages.length, 'message')}
      {isLimited && ', there are more to look at'}
      {unreadable > 0 && `, ${plural(unreadable, 'message')} could not be read`}
    </span>
  );
}

// Ready messages that fit the filter, with how many they are.
function DeleteFitting(props: { vhost: string; queue: string; filter: MessageFilter }) {
  const query = { ...filterQuery(props.filter), state: undefined };
  return (
    <DialogButton label="Delete what fits" title="Delete the messages that fit?" tone="danger">
      {(close) => <DeleteForm vhost={props.vhost} queue={props.queue} query={query} close={close} />}
    </DialogButton>
  );
}

interface Fitting {
  matched: number;
  bytes: number;
  on_disk: number; // of those that fit
  scanned: number;
  scan_limited: boolean;
}

// As options of a command.
function flagged(query: Options): Options {
  return { ...query, use_regex: query['use_regex'] === 'true' };
}

function DeleteForm(props: { vhost: string; queue: string; query: Record<string, string | undefined>; close: () => void }) {
  const wanted = { ...props.query, scan: '100000' };
  const action = (more: { preview?: boolean }) => ({
    method: 'DELETE' as const,
    path: withQuery('/coney/queues' + path(props.vhost, props.queue) + '/messages', { ...wanted, ...more }),
    cli: coneyctl('delete_messages', [props.queue], { p: props.vhost, ...flagged(wanted), ...more }),
  });
  const [preview, setPreview] = useState<Fitting>();
  return preview === undefined ? (
    <ActionForm<Fitting>
      key="count" // another form than that which deletes: Enter twice deletes nothing
      submit="Count them"
      cancel={props.close}
      action={() => action({ preview: true })}
      done={setPreview}
    >
      <p class="wide">The ready messages that fit the filter are counted first; nothing is deleted by that.</p>
    </ActionForm>
  ) : (
    <ActionForm<{ removed: number }>
      key="delete"
      submit={`Delete ${plural(preview.matched, 'message')}`}
      tone="danger"
      cancel={props.close}
      disabled={preview.matched === 0}
      action={() => action({})}
      done={(answer) => {
        props.close();
        say(`${plural(answer.removed, 'message')} deleted.`);
      }}
    >
      <p class="wide">
        <strong>{plural(preview.matched, 'ready message')}</strong> of {bytes(preview.bytes)} would be deleted, of {plural(preview.scanned, 'message')} looked at
        {preview.scan_limited && ' from the head of the queue'}. They are gone then, also for dead letter exchanges.
      </p>
      {preview.on_disk > 0 && <p class="wide muted">{plural(preview.on_disk, 'message')} of them wait{preview.on_disk === 1 ? 's' : ''} on disk, and would be deleted there.</p>}
    </ActionForm>
  );
}

export function MessageExplorer(props: { vhost: string; queue: string; isStream: boolean }) {
  const filter = useMessageFilter();
  const place = usePlace();
  const query = {
    ...filterQuery(filter),
    from: place.from,
    direction: place.reads === 'backward' ? 'backward' : undefined,
    limit: kRows,
    truncate: kPreview,
  };
  const where = withQuery(browsePath(props.vhost, props.queue), query);
  const live = useLive<Browsed>(where, { once: true });
  const browsed = live.data;
  const isTurned = place.reads === 'backward' && !place.newestFirst;
  const rows = browsed && (isTurned ? [...browsed.messages].reverse() : browsed.messages);
  const pages = browsed && rows ? pagesAround(place, { ...browsed, messages: rows }) : {};
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (isFiltered(filter)) setOpen(true);
  }, [where]);
  const canDelete = !props.isStream && may('read', props.vhost, props.queue) && isFiltered({ ...filter, state: '' }) && filter.state !== 'unacked';
  return (
    <>
      <details class="filters" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Filter</summary>
        <FilterForm key={JSON.stringify(filter)} filter={filter} isStream={props.isStream} />
      </details>
      <div class="toolbar">
        <label class="check">
          Order
          <select
            value={place.newestFirst ? 'new' : ''}
            onChange={(event) => setQuery({ order: event.currentTarget.value || undefined, from: undefined, back: undefined, open: undefined })}
          >
            <option value="">oldest first</option>
            <option value="new">newest first</option>
          </select>
        </label>
        <button type="button" onClick={() => (place.from ? goTo(undefined) : live.again())}>
          {place.from ? 'From the start' : 'Look again'}
        </button>
        {browsed && <Found browsed={browsed} filtered={isFiltered(filter)} />}
        <span class="grow" />
        {canDelete && <DeleteFitting vhost={props.vhost} queue={props.queue} filter={filter} />}
        <nav class="pager" aria-label="Pages of messages">
          <button type="button" disabled={!pages.before} onClick={pages.before} aria-label="Messages before">
            ‹
          </button>
          <button type="button" disabled={!pages.after} onClick={pages.after} aria-label="Messages after">
            ›
          </button>
        </nav>
      </div>
      <Failure error={live.error} />
      {rows && rows.length > 0 && <Rows vhost={props.vhost} queue={props.queue} rows={rows} />}
      {rows && rows.length === 0 && !live.error && (
        <Empty>
          {browsed.scan_limited ? 'Nothing here fits. The arrow looks further.' : isFiltered(filter) ? 'No message fits the filter.' : 'There are no messages.'}
        </Empty>
      )}
      <Commands action={{ method: 'GET', path: where, cli: coneyctl('browse_messages', [props.queue], { p: props.vhost, ...flagged(query) }) }} />
    </>
  );
}
