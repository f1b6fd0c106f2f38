// Limits of vhosts and users.

import { useState } from 'preact/hooks';
import { coneyctl } from '../api/cli';
import { path } from '../api/client';
import { useLive } from '../api/live';
import { link } from '../route/route';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { Failure, Heading, Panel } from '../ui/status';
import { RowTable } from '../ui/table';
import { count } from '../ui/value';

type Kind = 'vhost' | 'user';

const kNames: Record<Kind, [string, string][]> = {
  vhost: [['max-connections', 'connections'], ['max-queues', 'queues']],
  user: [['max-connections', 'connections'], ['max-channels', 'channels']],
};

interface Holder {
  vhost?: string;
  user?: string;
  value: Record<string, number>;
}

function limitPath(kind: Kind, name: string, limit: string): string {
  return `/${kind}-limits` + path(name, limit);
}

// `name` undefined: to be chosen.
function SetLimit(props: { kind: Kind; name?: string; close: () => void }) {
  const names = useLive<{ name: string }[]>(props.name === undefined ? `/${props.kind}s?columns=name` : undefined, { once: true });
  const [chosen, choose] = useState('');
  const name = props.name ?? (chosen || (names.data?.[0]?.name ?? ''));
  const [limit, setLimit] = useState('max-connections');
  const [value, setValue] = useState('');
  return (
    <ActionForm
      submit="Set"
      cancel={props.close}
      action={() => ({
        method: 'PUT',
        path: limitPath(props.kind, name, limit),
        body: { value: Number(value) },
        cli:
          props.kind === 'vhost'
            ? ['set_vhost_limits', '-p', name, JSON.stringify({ [limit]: Number(value) })]
            : ['set_user_limits', name, JSON.stringify({ [limit]: Number(value) })],
      })}
      done={props.close}
    >
      {props.name === undefined && (
        <ChoiceField label={props.kind === 'vhost' ? 'Virtual host' : 'User'} value={name} set={choose} choices={(names.data ?? []).map((one) => one.name)} />
      )}
      <ChoiceField label="At most so many" value={limit} set={setLimit} choices={kNames[props.kind]} />
      <TextField label="Number" type="number" value={value} set={setValue} required hint="-1: no limit" />
    </ActionForm>
  );
}

function SetButton(props: { kind: Kind; name?: string }) {
  return (
    <DialogButton label="Set a limit" title={props.kind === 'vhost' ? 'Limit a virtual host' : 'Limit a user'}>
      {(close) => <SetLimit {...props} close={close} />}
    </DialogButton>
  );
}

function Clear(props: { kind: Kind; name: string; limit: string }) {
  return (
    <ConfirmButton
      small
      label="Clear"
      title="Clear the limit?"
      action={{
        method: 'DELETE',
        path: limitPath(props.kind, props.name, props.limit),
        cli:
          props.kind === 'vhost'
            ? coneyctl('set_vhost_limits', [JSON.stringify({ [props.limit]: -1 })], { p: props.name })
            : coneyctl('clear_user_limits', [props.name, props.limit]),
      }}
      what={
        <p>
          <strong>1 limit</strong>: {props.limit} of {props.name} would not be limited any more.
        </p>
      }
    />
  );
}

// Of one vhost or one user.
export function LimitsPanel(props: { kind: Kind; name: string }) {
  const live = useLive<Holder[]>(`/${props.kind}-limits` + path(props.name));
  const limits = live.data && Object.entries(live.data[0]?.value ?? {});
  return (
    <Panel title="Limits" aside={<SetButton kind={props.kind} name={props.name} />}>
      <RowTable
        label="Limits"
        rows={limits}
        rowKey={([limit]) => limit}
        empty="No limits."
        columns={[
          { id: 'limit', label: 'Limit', cell: ([limit]) => limit },
          { id: 'value', label: 'Value', number: true, cell: ([, value]) => count(value) },
          { id: 'actions', label: '', cell: ([limit]) => <Clear kind={props.kind} name={props.name} limit={limit} /> },
        ]}
      />
    </Panel>
  );
}

function All(props: { kind: Kind }) {
  const live = useLive<Holder[]>(`/${props.kind}-limits`);
  const rows = live.data?.flatMap((holder) => Object.entries(holder.value).map(([limit, value]) => ({ name: (holder.vhost ?? holder.user)!, limit, value })));
  const title = props.kind === 'vhost' ? 'Virtual hosts' : 'Users';
  return (
    <Panel title={title} aside={<SetButton kind={props.kind} />}>
      {!live.data && <Failure error={live.error} />}
      <RowTable
        label={title}
        rows={rows}
        rowKey={(one) => `${one.name}\n${one.limit}`}
        empty="No limits."
        columns={[
          { id: 'name', label: 'Name', key: (one) => one.name, cell: (one) => <a href={link([`${props.kind}s`, one.name])}>{one.name}</a> },
          { id: 'limit', label: 'Limit', key: (one) => one.limit, cell: (one) => one.limit },
          { id: 'value', label: 'Value', key: (one) => one.value, number: true, cell: (one) => count(one.value) },
          { id: 'actions', label: '', cell: (one) => <Clear kind={props.kind} name={one.name} limit={one.limit} /> },
        ]}
      />
    </Panel>
  );
}

export function Limits() {
  return (
    <>
      <Heading title="Limits" />
      <All kind="vhost" />
      <All kind="user" />
    </>
  );
}
