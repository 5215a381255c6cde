import { createHmac, randomUUID } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import type { App, Delivery } from '../model.ts';
import { webhookErrors } from '../rest/description.ts';
import type { Json } from '../shapes/account.ts';
import type { World } from '../world.ts';

export interface Message {
  readonly app: App;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number;
  readonly repositoryId: number | null;
  readonly payload: Json;
}

/** GitHub waits this long for an answer. */
const answerWithin = 10_000;

/** Delivers in the background, once; what fails stays failed until someone asks for a redelivery. */
export function deliver(
  world: World,
  message: Message,
  guid: string = randomUUID(),
  again = false,
): Delivery {
  const { app } = message;
  const body = JSON.stringify(message.payload);
  const delivery: Delivery = {
    id: world.nextId(),
    guid,
    app,
    event: message.event,
    action: message.action,
    installationId: message.installationId,
    repositoryId: message.repositoryId,
    redelivery: again,
    deliveredAt: world.now(),
    url: app.webhook?.url ?? '',
    headers: headersOf(message, guid, body),
    payload: message.payload,
    duration: null,
    statusCode: 0,
    status: 'pending',
    responseHeaders: {},
    responseBody: '',
  };
  if (!app.webhook) return delivery;
  world.deliveries.push(delivery);
  if (!again) checkPayload(world, message);
  void world.pending.track(attempt(world, delivery, body));
  return delivery;
}

/** A payload unlike GitHub's would prove nothing. */
function checkPayload(world: World, message: Message): void {
  const seen: unknown = JSON.parse(JSON.stringify(message.payload));
  for (const error of webhookErrors(message.event, message.action, seen)) {
    world.violations.push({
      where: `webhook ${message.event} ${message.action ?? ''}`.trim(),
      problem: `our payload ${error.instancePath || '/'} ${error.message ?? 'is invalid'}`,
    });
  }
}

/** Same GUID as before, as GitHub does: a receiver tells duplicates by it. */
export function redeliver(world: World, delivery: Delivery): Delivery {
  return deliver(world, delivery, delivery.guid, true);
}

function headersOf(message: Message, guid: string, body: string): Record<string, string> {
  const secret = message.app.webhook?.secret ?? '';
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/sandbox',
    'x-github-delivery': guid,
    'x-github-event': message.event,
    'x-github-hook-id': String(message.app.id),
    'x-github-hook-installation-target-id': String(message.app.id),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

async function attempt(world: World, delivery: Delivery, body: string): Promise<void> {
  const started = performance.now();
  try {
    if (!world.webhooksUp) throw new Error('failed to connect to host');
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: delivery.headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithin),
    });
    delivery.responseBody = (await response.text()).slice(0, 10_000);
    delivery.responseHeaders = Object.fromEntries(response.headers);
    delivery.statusCode = response.status;
    delivery.status = response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`;
  } catch (thrown) {
    const timedOut = thrown instanceof DOMException && thrown.name === 'TimeoutError';
    delivery.status = timedOut ? 'timed out' : messageOf(thrown);
  }
  delivery.duration = performance.now() - started;
  world.changed();
}
