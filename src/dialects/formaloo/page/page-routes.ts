/**
 * `/f/{address}`: the page where people fill a form in, without a key. It is part of this dialect because what a form shows and
 * takes is this dialect's word; what it stores goes through the same submission as the API's.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { addressOf } from '../../../http/address-of.ts';
import { logRefusal } from '../../../http/log-request.ts';
import { toAppError } from '../../../http/to-app-error.ts';
import { choicePage } from '../field-choices.ts';
import type { Form } from '../form.ts';
import { checkOpen, limitOf, timeLimitOf } from '../gate.ts';
import { queryText } from '../pages.ts';
import { factsOf, nextAddress } from './after-submit.ts';
import { assetRoutes } from './assets.ts';
import { type Fill, fillFrom, noFill } from './fill.ts';
import { createPageFinder, publicActor, showingActor } from './find-page.ts';
import { draftFill, offeredBy } from './first-fill.ts';
import { addressOfPage, closedPage, donePage, type Frame, formPage, messagePage, own, type Page } from './form-page.ts';
import { pagesOf } from './questions.ts';
import { readSent, takeForms } from './read-sent.ts';
import { begunOf, lateness, refusedOf, submitPage } from './submit-page.ts';
import { newToken, readToken } from './token.ts';

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
    drain(request);
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
    const refusal = await whyClosed(core, form);
    if (refusal !== null) return send(reply, 200, closedPage(core, form, frame, refusal));
    const { questions } = pagesOf(core, form);
    const code = queryText(request, 'draft');
    const draft =
      code === undefined ? undefined : await core.store.find('submission_drafts', { code, table_id: form.table.id });
    const token = newToken(core, form);
    const begun = begunOf(token, draft);
    const late = lateness(form, begun, core.clock.now());
    if (late !== null) return send(reply, 200, closedPage(core, form, frame, late, true));
    const values = fillFrom(questions, request.query as Readonly<Record<string, unknown>>);
    const kept =
      draft === undefined ? { values, files: noFill.files } : await draftFill(core, form, questions, draft.answers);
    const fill: Fill = { ...noFill, ...kept, offered: await offeredBy(core, form, questions) };
    core.visits.count(form.table.id);
    const secondsLeft = secondsLeftOf(form, begun, core.clock.now());
    const shown = { ...frame, fill, token: token.text, draft: draft?.code ?? null, secondsLeft };
    return send(reply, 200, formPage(core, form, { ...shown, isSaved: queryText(request, 'saved') !== undefined }));
  });

  scope.post('/f/:address', open, async (request, reply) => {
    // However long its files take.
    const arrivedAt = core.clock.now();
    await takeTurn(core, request);
    const form = await formAt(request);
    const frame = frameOf(request);
    const { questions } = pagesOf(core, form);
    const actor = publicActor(form);
    // What cannot be submitted is not stored first.
    const closed = gateRefusal(core, form);
    if (closed !== null) {
      drain(request);
      return send(reply, 400, closedPage(core, form, frame, closed));
    }
    const sent = await readSent(core, actor, form, questions, request);
    const outcome = await submitPage(core, actor, form, questions, sent, request, arrivedAt);
    switch (outcome.type) {
      case 'trapped':
        return reply.redirect(addressOfPage(form, frame, '/done'), 303);
      case 'kept':
        return reply.redirect(addressOfPage(form, frame, '', { draft: outcome.draft, saved: '1' }), 303);
      case 'submitted': {
        const next = await nextAddress(core, form, outcome.id);
        if (next !== null && !frame.isEmbedded) return reply.redirect(next, 303);
        const code = core.secrets.submissionCodes.encode(form.table.number, outcome.id);
        return reply.redirect(addressOfPage(form, frame, '/done', { code }), 303);
      }
      case 'late':
        return send(reply, 400, closedPage(core, form, frame, outcome.message, true));
      case 'refused': {
        const token = readToken(core, form, sent.values.get(own.token)?.[0]) ?? newToken(core, form);
        const fill: Fill = {
          ...sent,
          errors: outcome.errors,
          general: outcome.general,
          offered: await offeredBy(core, form, questions),
        };
        const draft = sent.values.get(own.draft)?.[0] ?? null;
        const secondsLeft = secondsLeftOf(form, outcome.begun, core.clock.now());
        const shown = { ...frame, fill, token: token.text, draft, secondsLeft };
        return send(reply, outcome.status, formPage(core, form, shown));
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
    await takeTurn(core, request);
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

/** A body that nobody reads would end the connection before the browser has read why. */
function drain(request: FastifyRequest): void {
  if (request.isMultipart()) request.raw.resume();
}

function frameOf(request: FastifyRequest): Frame {
  return { isEmbedded: queryText(request, 'embed') === '1' };
}

/** @throws rate_limited */
async function takeTurn(core: Core, request: FastifyRequest): Promise<void> {
  if (!core.settings.areLimitsOn) return;
  const { isAdmitted } = await core.limiter.take(`form-page ${addressOf(request)}`, callsMax);
  if (isAdmitted) return;
  throw new AppError('rate_limited', 'Too much was sent at once. Go back and try again in a moment.', {
    retryAfterSeconds: 1,
  });
}

function gateRefusal(core: Core, form: Form): string | null {
  try {
    checkOpen(form, { recaptcha_value: 'asked for when it is submitted' }, core.clock.now());
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Null where there is no limit. */
function secondsLeftOf(form: Form, begun: number | null, now: number): number | null {
  const limit = timeLimitOf(form);
  return limit === null ? null : Math.max(0, Math.ceil(((begun ?? now) + limit - now) / 1000));
}

/** Nobody should fill in what will not be taken. */
async function whyClosed(core: Core, form: Form): Promise<string | null> {
  const refusal = gateRefusal(core, form);
  if (refusal !== null) return refusal;
  const max = limitOf(form.memory.max_submit_count) || null;
  if (max !== null && (await core.store.records.count(form.table)) >= max)
    return 'This form has reached its number of submissions.';
  return null;
}
