// Policies and operator policies, and a simulator of what one would change.

import { useState } from 'preact/hooks';
import { path } from '../api/client';
import { useLive } from '../api/live';
import type { Policy } from '../api/types';
import { isAdministrator } from '../session/session';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { ChoiceField } from '../ui/form';
import { Heading, Panel, Table } from '../ui/status';
import { ServerTable } from '../ui/table';
import { Tabs } from '../ui/tabs';
import { useVhost, VhostChoice } from './links';
import { PolicyEffect, type PolicyKind } from './policy_effect';
import { PolicyForm } from './policy_form';

const kItemsInDialog = 8;
const kItemsInSimulator = 500;

function PolicyTable(props: { kind: PolicyKind; mayChange: boolean }) {
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
            {(close) => <PolicyForm kind={props.kind} vhost={vhost} items={kItemsInDialog} close={close} />}
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
                  {(close) => <PolicyForm kind={props.kind} vhost={policy.vhost} policy={policy} items={kItemsInDialog} close={close} />}
                </DialogButton>{' '}
                <DeletePolicy kind={props.kind} policy={policy} />
              </div>
            ),
        },
      ]}
    />
  );
}

function DeletePolicy(props: { kind: PolicyKind; policy: Policy }) {
  const { vhost, name } = props.policy;
  return (
    <ConfirmButton
      small
      wide
      label="Delete"
      title={`Delete ${name}?`}
      action={{
        method: 'DELETE',
        path: `/${props.kind}` + path(vhost, name),
        cli: [props.kind === 'policies' ? 'clear_policy' : 'clear_operator_policy', '-p', vhost, name],
      }}
      said={`Policy ${name} is deleted.`}
      what={<PolicyEffect kind={props.kind} vhost={vhost} name={name} policy={{ deleted: true }} items={kItemsInDialog} />}
    />
  );
}

// A policy to try: a new one, or one that is there and its changes.
function Simulator() {
  const [vhost] = useVhost();
  const [chosen, choose] = useState('');
  const inVhost = vhost ? path(vhost) : '';
  const policies = useLive<Policy[]>('/policies' + inVhost);
  const operators = useLive<Policy[]>(isAdministrator() ? '/operator-policies' + inVhost : undefined);
  const keyOf = (kind: PolicyKind, policy: Policy) => JSON.stringify([kind, policy.vhost, policy.name]);
  const titled = (kind: PolicyKind, policies: Policy[] | undefined, word: string): [string, string][] =>
    (policies ?? []).map((policy) => [keyOf(kind, policy), `${word} ${policy.name} (${policy.vhost})`]);
  const choices: [string, string][] = [
    ['', 'a new policy'],
    ...(isAdministrator() ? ([['operator', 'a new operator policy']] as [string, string][]) : []),
    ...titled('policies', policies.data, 'policy'),
    ...titled('operator-policies', operators.data, 'operator policy'),
  ];
  const kind: PolicyKind = chosen === 'operator' || chosen.startsWith('["operator') ? 'operator-policies' : 'policies';
  const policy = [...(policies.data ?? []), ...(operators.data ?? [])].find((one) => keyOf(kind, one) === chosen);
  return (
    <Panel title="What would this policy change?">
      <p class="muted">Nothing is set until you say so. The server compares what is in effect now with what would be, against all other policies and operator policies.</p>
      <div class="fields">
        <ChoiceField label="Begin with" value={chosen} set={choose} choices={choices} />
      </div>
      <PolicyForm key={chosen} kind={kind} vhost={vhost} policy={policy} items={kItemsInSimulator} />
    </Panel>
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
          { id: 'simulator', label: 'Simulator', body: () => <Simulator /> },
        ]}
      />
    </>
  );
}
