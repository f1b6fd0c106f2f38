// Every setting of the server: what it is now, who has set it, what it means.

import { Badge, Heading } from '../ui/status';
import { type Column, ServerTable } from '../ui/table';

interface Setting {
  name: string;
  section: string;
  value: string;
  default: string;
  source: string;
  accepts: string;
  help: string;
  own: boolean;
}

const kColumns: Column<Setting>[] = [
  {
    id: 'name',
    label: 'Setting',
    sort: 'name',
    cell: (one) => (
      <div class="name setting">
        <code>{one.name}</code>
        <div class="muted">{one.help.split('`').map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}</div>
      </div>
    ),
  },
  { id: 'section', label: 'Part', sort: 'section', cell: (one) => one.section },
  { id: 'value', label: 'Value', sort: 'value', cell: (one) => <code>{one.value === '' ? '–' : one.value}</code> },
  { id: 'source', label: 'Set by', sort: 'source', cell: (one) => (one.source === 'default' ? <span class="muted">default</span> : <Badge tone="info">{one.source}</Badge>) },
  { id: 'default', label: 'Default', shown: false, cell: (one) => <code>{one.default === '' ? '–' : one.default}</code> },
  { id: 'accepts', label: 'Accepts', shown: false, cell: (one) => one.accepts },
];

export function Configuration() {
  return (
    <>
      <Heading title="Configuration" />
      <ServerTable
        name="configuration"
        label="settings"
        path="/config"
        columns={kColumns}
        rowKey={(one: Setting) => one.name}
        sort="name"
        empty="There are no settings."
      />
    </>
  );
}
