// What the API answers, as far as pages show it. Fields that statistics bring may be missing.

export interface Rate {
  rate: number;
  samples?: { sample: number; timestamp: number }[];
}

export type Stats = { [counter: string]: number | Rate | undefined };

export interface Overview {
  product_name?: string;
  product_version?: string;
  rabbitmq_version?: string;
  erlang_full_version?: string; // ours: of the server itself
  cluster_name?: string;
  node?: string;
  message_stats?: Stats;
  churn_rates?: Stats;
  queue_totals?: Stats;
  object_totals?: Record<string, number>;
  listeners?: Listener[];
  exchange_types?: { name: string; description?: string; enabled?: boolean; internal_purpose?: string }[];
}

export interface Listener {
  node: string;
  protocol: string;
  ip_address: string;
  port: number;
  tls?: boolean;
  certificate_expires_at?: number; // milliseconds
}

export interface Queue {
  name: string;
  vhost: string;
  type?: string;
  durable: boolean;
  auto_delete: boolean;
  exclusive: boolean;
  arguments: Record<string, unknown>;
  effective_policy_definition?: Record<string, unknown> | unknown[];
  policy?: string | null;
  operator_policy?: string | null;
  node?: string;
  state?: string;
  messages?: number;
  messages_ready?: number;
  messages_unacknowledged?: number;
  messages_details?: Rate;
  messages_ready_details?: Rate;
  messages_unacknowledged_details?: Rate;
  message_bytes?: number;
  message_bytes_ready?: number;
  message_bytes_unacknowledged?: number;
  message_bytes_persistent?: number;
  message_bytes_ram?: number;
  messages_ram?: number;
  messages_persistent?: number;
  memory?: number;
  consumers?: number;
  consumer_capacity?: number;
  consumer_details?: Consumer[];
  head_message_timestamp?: number | null;
  idle_since?: string;
  single_active_consumer_tag?: unknown;
  owner_pid_details?: { name: string } | unknown;
  message_stats?: Stats;
  incoming?: { exchange: { name: string; vhost: string }; stats: Stats }[];
  deliveries?: unknown[];
  paused?: boolean;
  oldest_ready_age_ms?: number; // absent: nobody knows
  oldest_ready_age_ms_details?: Pick<Rate, 'samples'>;
  dead_letters?: Record<string, number>; // by reason
  dead_letters_details?: Record<string, Rate>;
  // Of a stream:
  first_offset?: number;
  next_offset?: number;
  first_timestamp?: number;
  segments?: number;
  readers?: Record<string, number>;
}

export interface Exchange {
  name: string;
  vhost: string;
  type: string;
  durable: boolean;
  auto_delete: boolean;
  internal: boolean;
  arguments: Record<string, unknown>;
  policy?: string | null;
  message_stats?: Stats;
  incoming?: unknown[];
  outgoing?: unknown[];
}

export interface Binding {
  source: string;
  vhost: string;
  destination: string;
  destination_type: 'queue' | 'exchange';
  routing_key: string;
  arguments: Record<string, unknown>;
  properties_key: string;
}

export interface Connection {
  name: string;
  user_provided_name?: string;
  vhost?: string;
  user?: string;
  state?: string;
  protocol?: string;
  ssl?: boolean;
  ssl_protocol?: string | null;
  ssl_cipher?: string | null;
  channels?: number;
  peer_host?: string;
  peer_port?: number;
  host?: string;
  port?: number;
  connected_at?: number;
  auth_mechanism?: string;
  frame_max?: number;
  channel_max?: number;
  timeout?: number;
  node?: string;
  recv_oct?: number;
  send_oct?: number;
  recv_oct_details?: Rate;
  send_oct_details?: Rate;
  client_properties?: Record<string, unknown>;
}

export interface Channel {
  name: string;
  number: number;
  vhost?: string;
  user?: string;
  state?: string;
  idle_since?: string;
  node?: string;
  confirm?: boolean;
  transactional?: boolean;
  consumer_count?: number;
  messages_unacknowledged?: number;
  messages_unconfirmed?: number;
  messages_uncommitted?: number;
  acks_uncommitted?: number;
  prefetch_count?: number;
  global_prefetch_count?: number;
  connection_details?: { name: string; peer_host?: string; peer_port?: number };
  consumer_details?: Consumer[];
  message_stats?: Stats;
  publishes?: { exchange: { name: string; vhost: string }; stats: Stats }[];
  deliveries?: { queue: { name: string; vhost: string }; stats: Stats }[];
}

export interface Consumer {
  consumer_tag: string;
  queue: { name: string; vhost: string };
  channel_details?: { name?: string; connection_name?: string; number?: number; peer_host?: string; peer_port?: number; user?: string };
  ack_required: boolean;
  exclusive: boolean;
  active?: boolean;
  activity_status?: string;
  prefetch_count: number;
  consumer_timeout?: number;
  arguments: Record<string, unknown>;
}

export interface Node {
  name: string;
  type?: string;
  running?: boolean;
  uptime?: number;
  os_pid?: string;
  processors?: number;
  mem_used?: number;
  mem_limit?: number;
  mem_alarm?: boolean;
  disk_free?: number;
  disk_free_limit?: number;
  disk_free_alarm?: boolean;
  fd_used?: number;
  fd_total?: number;
  sockets_used?: number;
  sockets_total?: number;
  db_dir?: string;
  log_files?: string[];
  config_files?: string[];
  being_drained?: boolean;
  applications?: { name: string; version?: string; description?: string }[];
  auth_mechanisms?: { name: string; description?: string; enabled?: boolean }[];
  [field: string]: unknown;
}

export interface Vhost {
  name: string;
  description?: string;
  tags?: string[];
  default_queue_type?: string;
  tracing?: boolean;
  protected_from_deletion?: boolean;
  messages?: number;
  messages_ready?: number;
  messages_unacknowledged?: number;
  message_stats?: Stats;
  recv_oct_details?: Rate;
  send_oct_details?: Rate;
  cluster_state?: Record<string, string>;
}

export interface UserRecord {
  name: string;
  tags: string[];
  limits?: Record<string, number> | unknown[];
  password_hash?: string;
  hashing_algorithm?: string;
}

export interface UserPermission {
  user: string;
  vhost: string;
  configure: string;
  write: string;
  read: string;
}

export interface TopicPermission {
  user: string;
  vhost: string;
  exchange: string;
  write: string;
  read: string;
}

export interface Policy {
  vhost: string;
  name: string;
  pattern: string;
  'apply-to': string;
  definition: Record<string, unknown>;
  priority: number;
}

export interface Parameter {
  vhost: string;
  component: string;
  name: string;
  value: unknown;
}

export interface GotMessage {
  payload: string;
  payload_bytes: number;
  payload_encoding: 'string' | 'base64';
  redelivered: boolean;
  exchange: string;
  routing_key: string;
  message_count: number;
  properties: Record<string, unknown>;
}

// A message that stays where it is: what the explorer of a queue shows.
export interface BrowsedMessage extends Omit<GotMessage, 'message_count' | 'properties'> {
  cursor: string;
  position: number;
  lane: number;
  state: 'ready' | 'unacked' | 'delayed' | 'dead';
  delivery_count: number;
  age: number | null; // seconds
  on_disk: boolean;
  payload_truncated: boolean;
  consumer?: { consumer_tag: string; channel: string; connection: string };
  properties: Record<string, unknown> | unknown[];
}

export interface Browsed {
  messages: BrowsedMessage[];
  next: string | null;
  scanned: number;
  scan_limited: boolean;
  unreadable: number;
}

export interface UnackedMessage {
  queue: string;
  vhost: string;
  cursor: string;
  position: number;
  delivery_tag: number;
  consumer_tag: string | null;
  channel: string;
  connection: string;
  user: string;
  age: number;
  in_transaction: boolean;
  timeout: number | null; // milliseconds; null: it may be held for ever
}

// The rate of a counter: rateOf(queue.message_stats, 'publish').
export function rateOf(stats: Stats | undefined, counter: string): number | undefined {
  const details = stats?.[`${counter}_details`];
  return typeof details === 'object' ? details.rate : undefined;
}

export function numberOf(stats: Stats | undefined, counter: string): number | undefined {
  const value = stats?.[counter];
  return typeof value === 'number' ? value : undefined;
}

// Of the queue's arguments, or of its policies.
export function settingOf(queue: Queue, name: string): unknown {
  const policy = Array.isArray(queue.effective_policy_definition) ? undefined : queue.effective_policy_definition;
  return queue.arguments[`x-${name}`] ?? policy?.[name];
}
