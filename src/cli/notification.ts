/** `tessera notification`: who was sent what and when, what became of it, and sending one. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Audience } from '../core/push/find-user.ts';
import { type Done, examples } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { type PlaceOptions, runInApp, withPlace } from './in-app.ts';
import {
  type ListedNotification,
  localNotificationAdmin,
  type Receipt,
  remoteNotificationAdmin,
  type ShownNotification,
} from './notification-admin.ts';
import { alignColumns, printable } from './output.ts';
import { readInstant, readWhole } from './read-options.ts';

const admins = { local: localNotificationAdmin, remote: remoteNotificationAdmin };

interface ListOptions extends PlaceOptions {
  readonly user?: number;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

interface SendOptions extends PlaceOptions {
  readonly email?: string;
  readonly id?: number;
  readonly username?: string;
  readonly title: string;
  readonly body: string;
  readonly open?: string;
}

export function addNotification(program: Command, done: Done): void {
  const notification = program
    .command('notification')
    .description('Show who was sent what and when, and send a notification.');
  withPlace(notification.command('list').description('List what was sent, latest first.'))
    .option('--user <id>', 'only to this user: the id of the record', readWhole)
    .option('--from <when>', 'from when: 2027-01-31 or 2027-01-31T12:00:00Z', readInstant)
    .option('--to <when>', 'until when, not included', readInstant)
    .option('--limit <count>', 'at most so many, up to 1000', readLimit, 50)
    .addHelpText('after', examples(['tessera notification list --user 7 --from 2027-01-31', 'What one user was sent:']))
    .action((options: ListOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const { user, from, to, limit } = options;
        const query = {
          limit,
          ...(user === undefined ? {} : { user }),
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
        };
        const notifications = await admin.list(appId, query);
        return { json: { notifications }, text: () => listText(notifications) };
      }),
    );
  withPlace(
    notification.command('show').description('Show a notification with its result on each device.').argument('<id>'),
  )
    .addHelpText('after', examples(['tessera notification show 4fR…', 'Why it did not arrive:']))
    .action((id: string, options: PlaceOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const found = await admin.get(appId, id);
        return { json: found, text: () => showText(found) };
      }),
    );
  withPlace(notification.command('send').description('Send a notification to one user of the app.'))
    .option('--email <address>', 'the user by e-mail address')
    .option('--id <id>', 'by the id of the record', readWhole)
    .option('--username <name>', 'by username')
    .requiredOption('--title <text>', 'title')
    .requiredOption('--body <text>', 'text under it')
    .option('--open <url>', 'path or URL that a tap opens; without: the home of the app')
    .addHelpText(
      'after',
      examples([
        'tessera notification send --email ada@example.com --title "Order ready" --body "Pick it up at desk 4"',
        'To one user, on all of their devices:',
      ]),
    )
    .action((options: SendOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const { title, body, open } = options;
        const draft = { audience: audienceOf(options), title, body, ...(open === undefined ? {} : { url: open }) };
        const sent = await admin.send(appId, draft);
        return { json: sent, text: () => sentText(sent) };
      }),
    );
}

function audienceOf({ email, id, username }: SendOptions): Audience {
  const given = [email, id, username].filter((one) => one !== undefined);
  if (given.length !== 1) throw new CliError(exitCodes.usage, 'name one user: --email, --id or --username');
  return {
    ...(email === undefined ? {} : { email }),
    ...(id === undefined ? {} : { id }),
    ...(username === undefined ? {} : { username }),
  };
}

function readLimit(text: string): number {
  const limit = readWhole(text);
  if (limit < 1 || limit > 1000) throw new InvalidArgumentError('It must be from 1 to 1000.');
  return limit;
}

function listText(notifications: readonly ListedNotification[]): string {
  if (notifications.length === 0) return 'Nothing was sent.';
  const header = ['SENT', 'ID', 'USER', 'TITLE', 'RESULT'];
  const lines = notifications.map((one) => [one.created_at, one.id, userOf(one), cut(one.title), resultOf(one)]);
  return alignColumns([header, ...lines]);
}

/** The id, and how the sender named the user. */
function userOf({ user_id: id, audience }: ShownNotification): string {
  const name = audience.email ?? audience.username;
  return name === undefined || name === null ? String(id) : `${id} ${name}`;
}

const titleWidth = 40;

function cut(title: string): string {
  return title.length > titleWidth ? `${title.slice(0, titleWidth - 1).toWellFormed()}…` : title;
}

function resultOf({ accepted, outcome }: ListedNotification): string {
  if (accepted === 0) return 'no device';
  const parts = (['delivered', 'pending', 'failed'] as const).filter((state) => outcome[state] > 0);
  return parts.map((state) => `${outcome[state]} ${state}`).join(', ');
}

function showText(one: ListedNotification & { readonly receipts: readonly Receipt[] }): string {
  const facts = alignColumns([
    ['id', one.id],
    ['user', userOf(one)],
    ['title', one.title],
    ['text', one.body],
    ['opens', one.url ?? 'the home of the app'],
    ['sent', `${one.created_at} by ${one.created_by}`],
    ['until', one.expires_at],
    ['result', resultOf(one)],
  ]);
  return [facts, ...one.receipts.map(receiptText)].join('\n');
}

function receiptText({ channel, device_id: device, state, next_attempt_at: next, attempts }: Receipt): string {
  const target = channel === 'webhook' ? 'webhook' : `device ${device ?? '(no longer known)'}`;
  const again = state === 'pending' && next !== null ? `, next attempt ${next}` : '';
  const lines = attempts.map(({ at, status, error }) => `  ${at}  ${printable(error ?? String(status))}`);
  return [`\n${target}: ${state}${again}`, ...lines].join('\n');
}

function sentText({ id, accepted }: ShownNotification): string {
  if (accepted === 0) return `Logged ${id}; the user has no device that takes notifications.`;
  return `Accepted ${id} for ${accepted} ${accepted === 1 ? 'device or relay' : 'devices and relays'}.`;
}
