// Each value that is in effect for a queue or an exchange, and where it comes from.

import { useLive } from '../api/live';
import { Badge, Panel } from '../ui/status';
import { RowTable } from '../ui/table';
import { bytes, duration, text } from '../ui/value';

interface Effective {
  name: string;
  value: unknown;
  source: string;
  policy?: string;
}

const kMilliseconds = ['message-ttl', 'expires', 'consumer-timeout', 'consumer-disconnected-timeout'];

// Bytes and milliseconds also as people read them.
function Value(props: { name: string; value: unknown }) {
  const { name, value } = props;
  const isBytes = name.endsWith('-bytes') && typeof value === 'number' && value >= 1024;
  const isTime = kMilliseconds.includes(name) && typeof value === 'number' && value >= 1000;
  return (
    <>
      <code>{text(value)}</code>
      {(isBytes || isTime) && <span class="muted"> {isBytes ? bytes(value) : duration(value)}</span>}
    </>
  );
}

export function EffectiveArguments(props: { path: string }) {
  const live = useLive<Effective[]>(props.path + '/effective-arguments');
  if (!live.data) return null;
  return (
    <Panel title="What is in effect, and why">
      <RowTable
        label="What is in effect"
        rows={live.data}
        rowKey={(one) => one.name}
        empty="Neither arguments nor policies say anything."
        columns={[
          { id: 'name', label: 'Setting', key: (one) => one.name, cell: (one) => one.name },
          { id: 'value', label: 'Value', cell: (one) => <Value name={one.name} value={one.value} /> },
          {
            id: 'source',
            label: 'From',
            key: (one) => one.source,
            cell: (one) => (
              <>
                <Badge tone={one.policy ? 'info' : 'quiet'}>{one.source}</Badge> {one.policy}
              </>
            ),
          },
        ]}
      />
    </Panel>
  );
}
