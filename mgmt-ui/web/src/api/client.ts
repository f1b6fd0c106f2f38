// One request to the HTTP API. The session is a cookie that scripts cannot read; nothing here knows
// a password. Errors are `ApiError`s with the server's own words.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Fault {
  pointer: string;
  reason: unknown;
}

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: no answer came
    message: string,
    readonly faults: Fault[] = [],
  ) {
    super(message);
  }
}

export interface Action {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  path: string; // below /api
  body?: unknown;
  headers?: Record<string, string>;
  // What a command shows as the body, where that is not the body itself.
  shown?: string;
  // The same as a line for coneyctl, where there is one.
  cli?: string[];
}

// Joins segments, each escaped: path('queues', '/', 'a b') is "/queues/%2F/a%20b".
export function path(...segments: (string | number)[]): string {
  return segments.map((segment) => '/' + encodeURIComponent(String(segment))).join('');
}

export function withQuery(base: string, query: Record<string, string | number | boolean | undefined>): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`);
  return parts.length ? `${base}?${parts.join('&')}` : base;
}

type Listener = () => void;
const lost = new Set<Listener>();
// Called when the server no longer takes the session.
export function onSessionLost(listener: Listener): () => void {
  lost.add(listener);
  return () => lost.delete(listener);
}

function reasonOf(status: number, body: unknown): ApiError {
  if (body && typeof body === 'object') {
    const { reason, error, errors } = body as { reason?: unknown; error?: unknown; errors?: Fault[] };
    const said = reason ?? error;
    if (said !== undefined) {
      return new ApiError(status, typeof said === 'string' ? said : JSON.stringify(said), errors ?? []);
    }
  }
  return new ApiError(status, `The server answered with status ${status}.`);
}

async function parsed(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export async function request<T>(action: Action, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    // Without it the browser would answer a 401 with its own dialog.
    'x-requested-with': 'XMLHttpRequest',
    ...action.headers,
  };
  let body: string | undefined;
  if (action.body !== undefined) {
    headers['content-type'] = 'application/json';
    body = typeof action.body === 'string' ? action.body : JSON.stringify(action.body);
  }
  let response: Response;
  try {
    response = await fetch('api' + action.path, {
      method: action.method,
      headers,
      body: body ?? null,
      signal: signal ?? null,
      cache: 'no-store',
    });
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ApiError(0, 'The server does not answer.');
  }
  const answer = await parsed(response);
  if (response.ok) return answer as T;
  const error = reasonOf(response.status, answer);
  if (response.status === 401 && action.path !== '/login' && (await sessionIsGone())) {
    for (const listener of lost) listener();
  }
  throw error;
}

// RabbitMQ's API says 401 for what the user may not do, too.
async function sessionIsGone(): Promise<boolean> {
  const response = await fetch('api/whoami', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
  return response.status === 401;
}

export function get<T>(where: string, signal?: AbortSignal): Promise<T> {
  return request<T>({ method: 'GET', path: where }, signal);
}
