// Runtime parameters of vhosts, and global ones.

import { useState } from 'preact/hooks';
import { ApiError, path } from '../api/client';
import type { Parameter } from '../api/types';
import { isAdministrator } from '../session/session';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { Heading } from '../ui/status';
import { ServerTable } from '../ui/table';
import { Tabs } from '../ui/tabs';
import { useVhosts } from './links';

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ApiError(400, 'The value is not JSON. A text stands in double quotes.');
  }
}

function PutParameter(props: { isGlobal: boolean; close: () => void }) {
  const vhosts = useVhosts();
  const [vhost, setVhost] = useState('');
  const [component, setComponent] = useState('');
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const inVhost = vhost || vhosts[0] || '/';
  return (
    <ActionForm
      submit="Set"
      cancel={props.close}
      done={props.close}
      action={() => {
        const parsed = parseValue(value);
        return props.isGlobal
          ? { method: 'PUT', path: '/global-parameters' + path(name), body: { value: parsed }, cli: ['set_global_parameter', name, value] }
          : {
              method: 'PUT',
              path: '/parameters' + path(component, inVhost, name),
              body: { value: parsed },
              cli: ['set_parameter', '-p', inVhost, component, name, value],
            };
      }}
    >
      {!props.isGlobal && (
        <>
          <ChoiceField label="Virtual host" value={inVhost} set={setVhost} choices={vhosts} />
          <TextField label="Component" value={component} set={setComponent} required />
        </>
      )}
      <TextField label="Name" value={name} set={setName} required />
      <TextField label="Value (JSON)" value={value} set={setValue} required rows={4} mono />
    </ActionForm>
  );
}

function ParameterTable(props: { isGlobal: boolean }) {
  const { isGlobal } = props;
  const base = isGlobal ? '/global-parameters' : '/parameters';
  return (
    <ServerTable
      name={isGlobal ? 'global-parameters' : 'parameters'}
      label={isGlobal ? 'global parameters' : 'parameters'}
      path={base}
      sort="name"
      rowKey={(one: Parameter) => `${one.vhost}\n${one.component}\n${one.name}`}
      empty="There are no parameters."
      actions={
        <DialogButton label="Set a parameter" tone="primary">
          {(close) => <PutParameter isGlobal={isGlobal} close={close} />}
        </DialogButton>
      }
      columns={[
        ...(isGlobal
          ? []
          : [
              { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (one: Parameter) => one.vhost },
              { id: 'component', label: 'Component', sort: 'component', cell: (one: Parameter) => one.component },
            ]),
        { id: 'name', label: 'Name', sort: 'name', cell: (one) => one.name },
        { id: 'value', label: 'Value', cell: (one) => <code>{JSON.stringify(one.value)}</code> },
        {
          id: 'actions',
          label: '',
          cell: (one) => (
            <ConfirmButton
              small
              label="Clear"
              title="Clear the parameter?"
              action={
                isGlobal
                  ? { method: 'DELETE', path: base + path(one.name), cli: ['clear_global_parameter', one.name] }
                  : { method: 'DELETE', path: base + path(one.component, one.vhost, one.name), cli: ['clear_parameter', '-p', one.vhost, one.component, one.name] }
              }
              what={
                <p>
                  <strong>1 parameter</strong> would be deleted: {one.name}.
                </p>
              }
            />
          ),
        },
      ]}
    />
  );
}

export function Parameters() {
  return (
    <>
      <Heading title="Parameters" />
      <Tabs
        label="Kinds of parameters"
        tabs={[
          { id: 'vhost', label: 'Of virtual hosts', body: () => <ParameterTable key="vhost" isGlobal={false} /> },
          ...(isAdministrator() ? [{ id: 'global', label: 'Global', body: () => <ParameterTable key="global" isGlobal /> }] : []),
        ]}
      />
    </>
  );
}
