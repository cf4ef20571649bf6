/**
 * `/f/{address}`: the page where people fill a form in, without a key. It is part of this dialect because what a form shows and
 * takes is this dialect's word; what it stores goes through the same submission as the API's.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import { logRefusal } from '../../../http/log-request.ts';
import { toAppError } from '../../../http/to-app-error.ts';
import { choicePage } from '../field-choices.ts';
import { type Form, formOf } from '../form.ts';
import { checkOpen, limitOf } from '../gate.ts';
import { objectOf } from '../memory.ts';
import { queryText } from '../pages.ts';
import { renderRow } from '../render-row.ts';
import { rowContextOf } from '../row-context.ts';
import { redirectionOf } from '../submit.ts';
import { assetRoutes } from './assets.ts';
import { type Fill, fillFrom, inputsOf, type KeptFile, noFill } from './fill.ts';
import { createPageFinder, publicActor, showingActor } from './find-page.ts';
import { addressOfPage, closedPage, donePage, type Frame, formPage, messagePage, own, type Page } from './form-page.ts';
import { webAddress } from './html.ts';
import { type Option, pagesOf, type Question } from './questions.ts';
import { readSent, takeForms } from './read-sent.ts';
import { refusedOf, submitPage } from './submit-page.ts';
import { isToken, newToken } from './token.ts';

const open = { config: { access: 'open' } } as const;
/** Calls of one address in a second: enough for a classroom behind one router. */
const callsMax = 20;

interface Params {
  readonly address: string;
  readonly field: string;
}

/** Give it a scope of its own: bodies here are those of HTML forms, and errors are pages. */
export function pageRoutes(scope: FastifyInstance, core: Core): void {
  const finder = createPageFinder(core);
  takeForms(scope);
  assetRoutes(scope);
  scope.setErrorHandler((thrown, request, reply) => {
    const error = toAppError(thrown);
    logRefusal(core, request, error);
    const { status, general, errors } = refusedOf(error, request);
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
    const title = status === 404 ? 'There is no form here' : 'This did not work';
    const message =
      status === 404
        ? 'Check the address, or ask who sent it to you for a new one.'
        : [...general, ...errors.values()].join(' ');
    return send(reply, status, messagePage(title, message));
  });

  const formAt = async (request: FastifyRequest): Promise<Form> => {
    const form = await finder.byAddress((request.params as Params).address);
    if (form === undefined) throw new AppError('table_not_found');
    return form;
  };

  scope.get('/f/:address', open, async (request, reply) => {
    const form = await formAt(request);
    const frame = frameOf(request);
    const refusal = await whyClosed(core, form, request);
    if (refusal !== null) return send(reply, 200, closedPage(core, form, frame, refusal));
    const { questions } = pagesOf(core, form);
    const code = queryText(request, 'draft');
    const draft =
      code === undefined ? undefined : await core.store.find('submission_drafts', { code, table_id: form.table.id });
    const values = fillFrom(questions, request.query as Readonly<Record<string, unknown>>);
    const kept =
      draft === undefined ? { values, files: noFill.files } : await draftFill(core, form, questions, draft.answers);
    const fill: Fill = { ...noFill, ...kept, offered: await offeredBy(core, form, questions) };
    const shown = { ...frame, fill, token: newToken(core.clock), draft: draft?.code ?? null };
    return send(reply, 200, formPage(core, form, { ...shown, isSaved: queryText(request, 'saved') !== undefined }));
  });

  scope.post('/f/:address', open, async (request, reply) => {
    takeTurn(core, request);
    const form = await formAt(request);
    const frame = frameOf(request);
    const { questions } = pagesOf(core, form);
    const actor = publicActor(form);
    // What cannot be submitted is not stored first.
    const closed = gateRefusal(core, form, request);
    if (closed !== null) return send(reply, 400, closedPage(core, form, frame, closed));
    const sent = await readSent(core, actor, form, questions, request);
    const outcome = await submitPage(core, actor, form, questions, sent, request);
    switch (outcome.type) {
      case 'trapped':
        return reply.redirect(addressOfPage(form, frame, '/done'), 303);
      case 'kept':
        return reply.redirect(addressOfPage(form, frame, '', { draft: outcome.draft, saved: '1' }), 303);
      case 'submitted': {
        const next = webAddress(redirectionOf(core, form, outcome.id));
        if (next !== null && !frame.isEmbedded) return reply.redirect(next, 303);
        const code = core.secrets.submissionCodes.encode(form.table.number, outcome.id);
        return reply.redirect(addressOfPage(form, frame, '/done', { code }), 303);
      }
      case 'refused': {
        const token = sent.values.get(own.token)?.[0];
        const fill: Fill = {
          ...sent,
          errors: outcome.errors,
          general: outcome.general,
          offered: await offeredBy(core, form, questions),
        };
        const draft = sent.values.get(own.draft)?.[0] ?? null;
        return send(
          reply,
          outcome.status,
          formPage(core, form, { ...frame, fill, token: isToken(token) ? token : newToken(core.clock), draft }),
        );
      }
    }
  });

  scope.get('/f/:address/done', open, async (request, reply) => {
    const form = await formAt(request);
    const code = queryText(request, 'code');
    const id = code === undefined ? null : core.secrets.submissionCodes.decodeIn(form.table.number, code);
    return send(reply, 200, donePage(core, form, { ...frameOf(request), ...(await factsOf(core, form, id)) }));
  });

  /** Suggestions while somebody types. */
  scope.get('/f/:address/choices/:field', open, async (request, reply) => {
    takeTurn(core, request);
    const form = await formAt(request);
    const question = pagesOf(core, form).questions.find(({ slug }) => slug === (request.params as Params).field);
    if (question?.type !== 'city') throw new AppError('field_not_found');
    const search = queryText(request, 'search')?.slice(0, 100);
    const { objects } = await choicePage(core, showingActor(form), question.entry, search, undefined, {
      page: 1,
      size: 10,
      isWhole: false,
    });
    return reply.header('cache-control', 'public, max-age=3600').send({ choices: objects.map(({ title }) => title) });
  });
}

function send(reply: FastifyReply, status: number, { headers, body }: Page): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

function frameOf(request: FastifyRequest): Frame {
  return { isEmbedded: queryText(request, 'embed') === '1' };
}

/** @throws rate_limited */
function takeTurn(core: Core, request: FastifyRequest): void {
  if (!core.settings.areLimitsOn) return;
  const decision = core.limiter.take(`form-page ${request.ip}`, callsMax);
  // A limiter that is shared between nodes answers later; one address on one page is not worth the wait.
  if (decision instanceof Promise || decision.isAdmitted) return;
  throw new AppError('rate_limited', 'Too much was sent at once. Go back and try again in a moment.', {
    retryAfterSeconds: 1,
  });
}

function gateRefusal(core: Core, form: Form, _request: FastifyRequest): string | null {
  try {
    checkOpen(form, { recaptcha_value: 'asked for when it is submitted' }, core.clock.now());
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Nobody should fill in what will not be taken. */
async function whyClosed(core: Core, form: Form, request: FastifyRequest): Promise<string | null> {
  const refusal = gateRefusal(core, form, request);
  if (refusal !== null) return refusal;
  const max = limitOf(form.memory.max_submit_count) || null;
  if (max !== null && (await core.store.records.count(form.table)) >= max)
    return 'This form has reached its number of submissions.';
  return null;
}

const offeredMax = 500;

/** Countries, and the rows of other tables that the form was made to offer. */
async function offeredBy(
  core: Core,
  form: Form,
  questions: readonly Question[],
): Promise<ReadonlyMap<string, readonly Option[]>> {
  const offered = new Map<string, readonly Option[]>();
  for (const { slug, type, entry } of questions) {
    if (type !== 'country' && type !== 'lookup' && type !== 'linked_rows') continue;
    const actor = showingActor(form, String(entry.field?.options.target ?? ''));
    const { objects } = await choicePage(core, actor, entry, undefined, undefined, {
      page: 1,
      size: offeredMax,
      isWhole: false,
    });
    offered.set(
      slug,
      objects.map((one) => ({ ...one, image: null })),
    );
  }
  return offered;
}

async function draftFill(
  core: Core,
  form: Form,
  questions: readonly Question[],
  answers: Readonly<Record<string, unknown>>,
): Promise<Pick<Fill, 'values' | 'files'>> {
  const values = new Map<string, readonly string[]>();
  const files = new Map<string, readonly KeptFile[]>();
  for (const question of questions) {
    const answer = answers[question.entry.field?.id ?? ''] as Parameters<typeof inputsOf>[1];
    if (question.type === 'file' || question.type === 'signature') {
      const ids = [answer].flat().map((one) => String(objectOf(one).file_slug ?? ''));
      const rows = await core.store.list('files', { id: { in: ids }, app_id: form.table.appId });
      files.set(
        question.slug,
        rows.map(({ id, name }) => ({ id, name })),
      );
    } else for (const [name, given] of inputsOf(question, answer ?? null)) values.set(name, given);
  }
  return { values, files };
}

interface RenderedAnswer {
  readonly slug: string;
  readonly title: string;
  readonly value: unknown;
}

/** What the form tells after it was submitted; the code of a submission opens no more than that. */
async function factsOf(core: Core, form: Form, id: number | null) {
  const nothing = { next: null, number: null, trackingCode: null, answers: [] };
  if (id === null) return nothing;
  const { memory, table } = form;
  const next = webAddress(redirectionOf(core, form, id));
  const number = memory.assign_submit_number === true ? id : null;
  const trackingCode =
    memory.show_submit_tracking_code === true ? core.secrets.submissionCodes.track(table.number, id) : null;
  if (memory.show_answers !== true) return { next, number, trackingCode, answers: [] };
  const actor = showingActor(form, table.id, ...table.relations.map(({ options }) => String(options.target)));
  const view = await getRecord(core, actor, table, id).catch(() => null);
  if (view === null) return nothing;
  const current = formOf(view.table);
  const context = await rowContextOf(core, actor, current, [view.row], view.links);
  const row = JSON.parse(renderRow(core, current, view.row, view.links, context)) as {
    readonly rendered_data: readonly RenderedAnswer[];
  };
  const asked = new Set(
    pagesOf(core, current)
      .questions.filter(({ isHidden }) => !isHidden)
      .map(({ slug }) => slug),
  );
  const answers = row.rendered_data
    .filter(({ slug }) => asked.has(slug))
    .map(({ title, value }) => ({ title, value: textOf(value) }))
    .filter(({ value }) => value !== '');
  return { next, number, trackingCode, answers };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? '✓' : '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}: ${textOf(one)}`)
    .join(', ');
}
