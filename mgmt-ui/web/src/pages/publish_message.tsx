import { useState } from 'preact/hooks';
import { coneyctl, jsonOption } from '../api/cli';
import { path } from '../api/client';
import { exchangeSegment } from '../route/route';
import { ActionForm, type Argument, argumentsOf, ArgumentsField, ChoiceField, TextField } from '../ui/form';

const kProperties: Record<string, 'text' | 'number'> = {
  content_type: 'text',
  content_encoding: 'text',
  priority: 'number',
  correlation_id: 'text',
  reply_to: 'text',
  expiration: 'text',
  message_id: 'text',
  timestamp: 'number',
  type: 'text',
  user_id: 'text',
  app_id: 'text',
};

export function PublishMessage(props: { vhost: string; exchange: string; routingKey?: string }) {
  const [key, setKey] = useState(props.routingKey ?? '');
  const [mode, setMode] = useState('2');
  const [encoding, setEncoding] = useState('string');
  const [payload, setPayload] = useState('');
  const [headers, setHeaders] = useState<Argument[]>([]);
  const [properties, setProperties] = useState<Argument[]>([]);
  const [outcome, setOutcome] = useState<boolean>();
  const action = () => {
    const headerTable = argumentsOf(headers);
    const body = {
      routing_key: key,
      payload,
      payload_encoding: encoding,
      properties: {
        delivery_mode: Number(mode),
        ...argumentsOf(properties),
        ...(Object.keys(headerTable).length && { headers: headerTable }),
      },
    };
    const exchange = exchangeSegment(props.exchange);
    return {
      method: 'POST' as const,
      path: '/exchanges' + path(props.vhost, exchange) + '/publish',
      body,
      cli: coneyctl('publish_message', [exchange, key, payload], {
        p: props.vhost,
        'payload-encoding': encoding === 'string' ? undefined : encoding,
        properties: jsonOption(body.properties),
      }),
    };
  };
  return (
    <>
      <ActionForm<{ routed: boolean }>
        submit="Publish"
        action={() => {
          return action();
        }}
        done={(answer) => setOutcome(answer.routed)}
      >
        {props.routingKey === undefined && <TextField label="Routing key" value={key} set={setKey} />}
        <ChoiceField label="Delivery mode" value={mode} set={setMode} choices={[['2', 'persistent'], ['1', 'transient']]} />
        <ChoiceField label="Payload is" value={encoding} set={setEncoding} choices={[['string', 'text'], ['base64', 'base64']]} />
        <TextField label="Payload" value={payload} set={setPayload} rows={4} mono />
        <ArgumentsField label="Headers" rows={headers} set={setHeaders} />
        <ArgumentsField label="Properties" rows={properties} set={setProperties} known={kProperties} />
      </ActionForm>
      {outcome !== undefined && (
        <p class="note" role="status">
          {outcome ? 'The message was routed.' : 'The message reached no queue: no binding fits, and it is gone.'}
        </p>
      )}
    </>
  );
}
