// Policies and operator policies, with a look at what a policy would change.

import { useState } from 'preact/hooks';
import { path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import type { Policy } from '../api/types';
import { isAdministrator } from '../session/session';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { ActionForm, type Argument, argumentRows, argumentsOf, ArgumentsField, ChoiceField, TextField } from '../ui/form';
import { isPattern } from '../ui/pattern';
import { Heading, Table } from '../ui/status';
import { ServerTable } from '../ui/table';
import { Tabs } from '../ui/tabs';
import { say } from '../ui/toast';
import { plural } from '../ui/value';
import { useVhost, useVhosts, VhostChoice } from './links';

type Kind = 'policies' | 'operator-policies';

const kApplyTo = ['all', 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges'];

const kKeys: Record<string, 'text' | 'number' | 'boolean' | 'json'> = {
  'message-ttl': 'number',
  expires: 'number',
  'max-length': 'number',
  'max-length-bytes': 'number',
  overflow: 'text',
  'dead-letter-exchange': 'text',
  'dead-letter-routing-key': 'text',
  'dead-letter-strategy': 'text',
  'delivery-limit': 'number',
  'consumer-timeout': 'number',
  'max-age': 'text',
  'alternate-exchange': 'text',
};

// Names the pattern fits, as the server's filter by regular expression finds them.
function Matches(props: { vhost: string; pattern: string; applyTo: string }) {
  const kind = props.applyTo === 'exchanges' ? 'exchanges' : 'queues';
  const matches = useLive<{ filtered_count: number; items: { name: string; policy?: string | null }[] }>(
    props.pattern && props.vhost
      ? withQuery(`/${kind}` + path(props.vhost), { page: 1, page_size: 5, name: props.pattern, use_regex: true, columns: 'name,policy' })
      : undefined,
  );
  if (!props.pattern) return null;
  if (matches.error || !isPattern(props.pattern)) return <p class="wide muted">The pattern is not a regular expression yet.</p>;
  if (!matches.data) return null;
  const { filtered_count: amount, items } = matches.data;
  return (
    <p class="wide note" role="status">
      The pattern fits <strong>{plural(amount, kind === 'queues' ? 'queue' : 'exchange')}</strong>
      {amount > 0 && ': ' + items.map((item) => (item.policy ? `${item.name} (has ${item.policy})` : item.name)).join(', ')}
      {amount > items.length && ' …'}
      {amount > 0 && '. Of policies that fit, the one of the highest priority wins.'}
    </p>
  );
}

function PutPolicy(props: { kind: Kind; vhost: string; policy?: Policy; close: () => void }) {
  const { policy } = props;
  const vhosts = useVhosts();
  const [chosen, setVhost] = useState(policy?.vhost ?? props.vhost);
  const vhost = chosen || vhosts[0] || '/';
  const [name, setName] = useState(policy?.name ?? '');
  const [pattern, setPattern] = useState(policy?.pattern ?? '');
  const [applyTo, setApplyTo] = useState(policy?.['apply-to'] ?? 'queues');
  const [priority, setPriority] = useState(String(policy?.priority ?? 0));
  const [rows, setRows] = useState<Argument[]>(argumentRows(policy?.definition ?? {}));
  const command = props.kind === 'policies' ? 'set_policy' : 'set_operator_policy';
  return (
    <ActionForm
      submit={policy ? 'Save' : 'Add'}
      cancel={props.close}
      action={() => {
        const definition = argumentsOf(rows);
        return {
          method: 'PUT',
          path: `/${props.kind}` + path(vhost, name),
          body: { pattern, definition, priority: Number(priority), 'apply-to': applyTo },
          cli: [command, '-p', vhost, '--priority', priority, '--apply-to', applyTo, name, pattern, JSON.stringify(definition)],
        };
      }}
      done={() => {
        props.close();
        say(`Policy ${name} is in force.`);
      }}
    >
      {!policy && vhosts.length > 1 && <ChoiceField label="Virtual host" value={vhost} set={setVhost} choices={vhosts} />}
      {!policy && <TextField label="Name" value={name} set={setName} required autoFocus />}
      <TextField label="Pattern" value={pattern} set={setPattern} required hint="A regular expression on names." />
      <ChoiceField label="Applies to" value={applyTo} set={setApplyTo} choices={props.kind === 'policies' ? kApplyTo : kApplyTo.filter((one) => one !== 'exchanges' && one !== 'all')} />
      <TextField label="Priority" type="number" value={priority} set={setPriority} required />
      <ArgumentsField label="Definition" rows={rows} set={setRows} known={kKeys} />
      <Matches vhost={vhost} pattern={pattern} applyTo={applyTo} />
    </ActionForm>
  );
}

function PolicyTable(props: { kind: Kind; mayChange: boolean }) {
  const [vhost] = useVhost();
  const what = props.kind === 'policies' ? 'policies' : 'operator policies';
  return (
    <ServerTable
      name={props.kind}
      label={what}
      path={`/${props.kind}` + (vhost ? path(vhost) : '')}
      sort="name"
      rowKey={(policy: Policy) => `${policy.vhost}\n${policy.name}`}
      empty={`There are no ${what}.`}
      actions={
        props.mayChange && (
          <DialogButton label={props.kind === 'policies' ? 'Add a policy' : 'Add an operator policy'} tone="primary" wide>
            {(close) => <PutPolicy kind={props.kind} vhost={vhost} close={close} />}
          </DialogButton>
        )
      }
      columns={[
        { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (policy) => policy.vhost },
        { id: 'name', label: 'Name', sort: 'name', cell: (policy) => <div class="name">{policy.name}</div> },
        { id: 'pattern', label: 'Pattern', sort: 'pattern', cell: (policy) => <code>{policy.pattern}</code> },
        { id: 'apply', label: 'Applies to', sort: 'apply-to', cell: (policy) => policy['apply-to'].replaceAll('_', ' ') },
        { id: 'priority', label: 'Priority', sort: 'priority', number: true, cell: (policy) => policy.priority },
        { id: 'definition', label: 'Definition', cell: (policy) => <Table value={policy.definition} /> },
        {
          id: 'actions',
          label: '',
          cell: (policy) =>
            props.mayChange && (
              <div class="toolbar-cell">
                <DialogButton label="Change" title={`Change ${policy.name}`} tone="small" wide>
                  {(close) => <PutPolicy kind={props.kind} vhost={policy.vhost} policy={policy} close={close} />}
                </DialogButton>{' '}
                <DeletePolicy kind={props.kind} policy={policy} />
              </div>
            ),
        },
      ]}
    />
  );
}

function DeletePolicy(props: { kind: Kind; policy: Policy }) {
  const { vhost, name } = props.policy;
  return (
    <ConfirmButton
      small
      label="Delete"
      title={`Delete ${name}?`}
      action={{
        method: 'DELETE',
        path: `/${props.kind}` + path(vhost, name),
        cli: [props.kind === 'policies' ? 'clear_policy' : 'clear_operator_policy', '-p', vhost, name],
      }}
      said={`Policy ${name} is deleted.`}
      what={<Affected kind={props.kind} policy={props.policy} />}
    />
  );
}

// How many queues and exchanges have the policy now.
function Affected(props: { kind: Kind; policy: Policy }) {
  const key = props.kind === 'policies' ? 'policy' : 'operator_policy';
  const columns = `name,${key}`;
  const queues = useLive<Record<string, string>[]>(withQuery('/queues' + path(props.policy.vhost), { columns, disable_stats: true }), { once: true });
  const exchanges = useLive<Record<string, string>[]>(withQuery('/exchanges' + path(props.policy.vhost), { columns, disable_stats: true }), { once: true });
  if (!queues.data || !exchanges.data) return <p>Counting what has this policy …</p>;
  const having = (rows: Record<string, string>[]) => rows.filter((row) => row[key] === props.policy.name).length;
  return (
    <p>
      <strong>1 policy</strong> would be deleted. It is in force on <strong>{plural(having(queues.data), 'queue')}</strong> and{' '}
      <strong>{plural(having(exchanges.data), 'exchange')}</strong>; the next that fits, if any, takes its place.
    </p>
  );
}

export function Policies() {
  return (
    <>
      <Heading title="Policies">
        <VhostChoice />
      </Heading>
      <Tabs
        label="Kinds of policies"
        tabs={[
          { id: 'user', label: 'Policies', body: () => <PolicyTable key="policies" kind="policies" mayChange /> },
          {
            id: 'operator',
            label: 'Operator policies',
            body: () => <PolicyTable key="operator" kind="operator-policies" mayChange={isAdministrator()} />,
          },
        ]}
      />
    </>
  );
}
