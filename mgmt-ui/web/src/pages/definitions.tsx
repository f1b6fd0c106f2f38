// Export of what exists, and import with a look at what it would change.

import { useEffect, useState } from 'preact/hooks';
import { ApiError, path, request } from '../api/client';
import { ActionForm, Field } from '../ui/form';
import { Badge, Failure, Heading, Panel, type Tone } from '../ui/status';
import { RowTable } from '../ui/table';
import { say } from '../ui/toast';
import { count, plural } from '../ui/value';
import { useVhosts } from './links';
import { Commands } from '../ui/command';

// What the server says that an import would do.
interface Preview {
  differences: Difference[];
  refused?: string; // why nothing of it would be done
}

interface Difference {
  change: 'add' | 'change' | 'conflict';
  what: string;
  name: string;
  vhost?: string;
}

function VhostScope(props: { vhost: string; set: (vhost: string) => void; all: string }) {
  const vhosts = useVhosts();
  return (
    <Field label="Of">
      {(id) => (
        <select id={id} value={props.vhost} onChange={(event) => props.set(event.currentTarget.value)}>
          <option value="">{props.all}</option>
          {vhosts.map((vhost) => (
            <option key={vhost} value={vhost}>
              virtual host {vhost}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Export() {
  const [vhost, setVhost] = useState('');
  const [error, setError] = useState<ApiError>();
  const where = '/definitions' + (vhost ? path(vhost) : '');
  const save = async () => {
    setError(undefined);
    try {
      const definitions = await request<unknown>({ method: 'GET', path: where });
      const anchor = document.createElement('a');
      anchor.href = URL.createObjectURL(new Blob([JSON.stringify(definitions, null, 2)], { type: 'application/json' }));
      anchor.download = `definitions${vhost ? '-' + vhost.replace(/[^\w.-]+/g, '_') : ''}.json`;
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
    } catch (failure) {
      setError(failure as ApiError);
    }
  };
  return (
    <Panel title="Export">
      <div class="fields">
        <VhostScope vhost={vhost} set={setVhost} all="everything" />
      </div>
      <p class="muted">Users are exported with the hashes of their passwords. Messages are not part of it.</p>
      <Failure error={error} />
      <div class="form-end">
        <Commands action={{ method: 'GET', path: where, ...(!vhost && { cli: ['export_definitions', 'definitions.json'] }) }} />
        <button type="button" class="primary" onClick={() => void save()}>
          Download
        </button>
      </div>
    </Panel>
  );
}

const kTones: Record<Difference['change'], Tone> = { add: 'good', change: 'warn', conflict: 'bad' };

function summary(differences: Difference[]): string {
  const amount = (change: Difference['change']) => differences.filter((one) => one.change === change).length;
  return `${count(amount('add'))} new, ${count(amount('change'))} changed, ${plural(amount('conflict'), 'conflict')}`;
}

const kShown = 500;

function Differences(props: { preview: Preview }) {
  const { differences, refused } = props.preview;
  return (
    <div class="wide">
      {refused && <Failure error={new ApiError(400, refused)} />}
      <p class="note" role="status">
        {differences.length === 0 ? 'Nothing would change: all of it is there already.' : summary(differences)}
        {differences.some((one) => one.change === 'conflict') && '. A queue or an exchange in conflict stays as it is: its properties cannot change while it exists.'}
      </p>
      {differences.length > 0 && (
        <RowTable
          label="What the import would do"
          rows={differences.slice(0, kShown)}
          rowKey={(one) => `${one.what}\n${one.vhost ?? ''}\n${one.name}`}
          empty=""
          columns={[
            { id: 'change', label: 'Change', key: (one) => one.change, cell: (one) => <Badge tone={kTones[one.change]}>{one.change}</Badge> },
            { id: 'what', label: 'What', key: (one) => one.what, cell: (one) => one.what },
            { id: 'vhost', label: 'Virtual host', key: (one) => one.vhost ?? '', cell: (one) => one.vhost ?? '–' },
            { id: 'name', label: 'Name', key: (one) => one.name, cell: (one) => <span class="name">{one.name}</span> },
          ]}
        />
      )}
      {differences.length > kShown && <p class="muted">The first {kShown} are shown.</p>}
    </div>
  );
}

// Asks the server what an import would do, whenever the file or the vhost is another.
function usePreview(where: string, text: string | undefined) {
  const [preview, setPreview] = useState<{ preview?: Preview; error?: ApiError }>({});
  useEffect(() => {
    setPreview({});
    if (text === undefined) return;
    const controller = new AbortController();
    request<Preview>({ method: 'POST', path: where + '?dry_run=true', body: text }, controller.signal)
      .then((answer) => setPreview({ preview: answer }))
      .catch((error: unknown) => controller.signal.aborted || setPreview({ error: error as ApiError }));
    return () => controller.abort();
  }, [where, text]);
  return preview;
}

function Import() {
  const [vhost, setVhost] = useState('');
  const [file, setFile] = useState<{ name: string; text: string }>();
  const [round, setRound] = useState(0);
  const where = '/definitions' + (vhost ? path(vhost) : '');
  const { preview, error } = usePreview(where, file?.text);
  const choose = async (chosen: File | undefined) => setFile(chosen && { name: chosen.name, text: await chosen.text() });
  return (
    <Panel title="Import">
      <ActionForm
        key={round}
        submit="Import"
        disabled={!preview || !!preview.refused || preview.differences.length === 0}
        action={() => {
          if (!file) throw new ApiError(400, 'Choose a file first.');
          const body = `@${file.name}`;
          return { method: 'POST', path: where, body: file.text, shown: body, ...(!vhost && { cli: ['import_definitions', file.name] }) };
        }}
        done={() => {
          say('The definitions are imported.');
          setFile(undefined);
          setRound(round + 1);
        }}
      >
        <VhostScope vhost={vhost} set={setVhost} all="the whole server" />
        <Field label="File of definitions (JSON)">
          {(id) => <input id={id} type="file" accept=".json,application/json" onChange={(event) => void choose(event.currentTarget.files?.[0])} />}
        </Field>
        <p class="wide muted">An import removes nothing: what exists and is not in the file stays. It is done as a whole or not at all.</p>
        {error && <div class="wide"><Failure error={error} /></div>}
        {file && !preview && !error && <p class="wide muted">Comparing …</p>}
        {preview && <Differences preview={preview} />}
      </ActionForm>
    </Panel>
  );
}

export function Definitions() {
  return (
    <>
      <Heading title="Definitions" />
      <Export />
      <Import />
    </>
  );
}
