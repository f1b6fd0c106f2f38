// The fields of a policy, with what it would change below them.

import { useState } from 'preact/hooks';
import { type Action, path } from '../api/client';
import type { Policy } from '../api/types';
import { ActionForm, type Argument, argumentRows, argumentsOf, ArgumentsField, ChoiceField, TextField } from '../ui/form';
import { isPattern } from '../ui/pattern';
import { say } from '../ui/toast';
import { useVhosts } from './links';
import { PolicyEffect, type PolicyKind } from './policy_effect';

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
  'stream-max-segment-size-bytes': 'number',
  'alternate-exchange': 'text',
};

interface Fields {
  vhost: string;
  name: string;
  pattern: string;
  applyTo: string;
  priority: string;
  rows: Argument[];
}

function fieldsOf(policy: Policy | undefined, vhost: string): Fields {
  return {
    vhost: policy?.vhost ?? vhost,
    name: policy?.name ?? '',
    pattern: policy?.pattern ?? '',
    applyTo: policy?.['apply-to'] ?? 'queues',
    priority: String(policy?.priority ?? 0),
    rows: argumentRows(policy?.definition ?? {}),
  };
}

function bodyOf(fields: Fields): Record<string, unknown> {
  return {
    pattern: fields.pattern,
    definition: argumentsOf(fields.rows),
    priority: Number(fields.priority) || 0,
    'apply-to': fields.applyTo,
  };
}

// What can be asked of the server already.
function completeBody(fields: Fields): Record<string, unknown> | undefined {
  if (!fields.pattern || !isPattern(fields.pattern)) return undefined;
  try {
    const body = bodyOf(fields);
    return Object.keys(body['definition'] as object).length ? body : undefined;
  } catch {
    return undefined;
  }
}

function actionOf(kind: PolicyKind, fields: Fields): Action {
  const { vhost, name, pattern, applyTo, priority } = fields;
  const body = bodyOf(fields);
  const command = kind === 'policies' ? 'set_policy' : 'set_operator_policy';
  return {
    method: 'PUT',
    path: `/${kind}` + path(vhost, name),
    body,
    cli: [command, '-p', vhost, '--priority', priority, '--apply-to', applyTo, name, pattern, JSON.stringify(body['definition'])],
  };
}

export function PolicyForm(props: {
  kind: PolicyKind;
  vhost: string;
  policy?: Policy | undefined;
  items: number; // how many of those that it concerns are shown
  close?: () => void;
}) {
  const { policy, kind } = props;
  const vhosts = useVhosts();
  const [typed, setTyped] = useState(() => fieldsOf(policy, props.vhost));
  const fields = { ...typed, vhost: typed.vhost || vhosts[0] || '/' };
  const set = (part: Partial<Fields>) => setTyped({ ...typed, ...part });
  const isFixed = policy !== undefined && props.close !== undefined;
  const choices = kind === 'policies' ? kApplyTo : kApplyTo.filter((one) => one !== 'exchanges' && one !== 'all');
  const body = completeBody(fields);
  return (
    <ActionForm
      submit={isFixed ? 'Save' : props.close ? 'Add' : 'Set this policy'}
      {...(props.close && { cancel: props.close })}
      action={() => actionOf(kind, fields)}
      done={() => {
        props.close?.();
        say(`Policy ${fields.name} is in force.`);
      }}
    >
      {!isFixed && vhosts.length > 1 && <ChoiceField label="Virtual host" value={fields.vhost} set={(vhost) => set({ vhost })} choices={vhosts} />}
      {!isFixed && <TextField label="Name" value={fields.name} set={(name) => set({ name })} required autoFocus={!!props.close} />}
      <TextField label="Pattern" value={fields.pattern} set={(pattern) => set({ pattern })} required hint="A regular expression on names." />
      <ChoiceField label="Applies to" value={fields.applyTo} set={(applyTo) => set({ applyTo })} choices={choices} />
      <TextField label="Priority" type="number" value={fields.priority} set={(priority) => set({ priority })} required hint="Of those that fit, the highest applies." />
      <ArgumentsField label="Definition" rows={fields.rows} set={(rows) => set({ rows })} known={kKeys} />
      {body ? (
        <PolicyEffect kind={kind} vhost={fields.vhost} name={fields.name} policy={body} items={props.items} />
      ) : (
        <p class="wide muted">
          {fields.pattern && !isPattern(fields.pattern) ? 'The pattern is not a regular expression yet.' : 'With a pattern and a definition, what the policy would change stands here.'}
        </p>
      )}
    </ActionForm>
  );
}
