// Words for the refusals of routing and preparation: which demand, cut, evidence or limit decided, who would qualify without it, and what to
// do about it.
import type { Refusal } from '#checkpoint';
import type { DemandFailure, LeftOut, LimitBreach } from '#routing';
import { quoted, type Words } from './words.ts';

type RoutingRefusal = Extract<
  Refusal,
  {
    rule:
      | 'unknown-data-class'
      | 'jurisdiction-malformed'
      | 'pinned-unknown'
      | 'no-qualified-deployment'
      | 'cut-off'
      | 'not-qualified'
      | 'concentration-exceeded'
      | 'untranslatable'
      | 'access-program-conflict'
      | 'vendor-fallback';
  }
>;

export function routingWords(refusal: RoutingRefusal): Words {
  switch (refusal.rule) {
    case 'unknown-data-class':
      return {
        status: 400,
        code: 'unknown_data_class',
        message: `There is no data class ${quoted(refusal.name)}; there are ${listed(refusal.known)}. Correct the header x-sekisho-data-class.`,
      };
    case 'jurisdiction-malformed':
      return {
        status: 400,
        code: 'invalid_jurisdiction',
        message: `The header x-sekisho-jurisdiction cannot be read: ${refusal.problem}. Write \`JP\`, or \`vendor=JP; hosting=JP; weights=!CN\`.`,
      };
    case 'pinned-unknown':
      return {
        status: 400,
        code: 'unknown_deployment',
        message: `${quoted(refusal.deployment)} is not a deployment of ${quoted(refusal.route)}. Correct the header x-sekisho-deployment, or leave it out.`,
      };
    case 'no-qualified-deployment':
      return {
        status: 403,
        code: 'no_qualified_deployment',
        message: `${unqualifiedText(refusal)} Nothing was sent. Drop a demand of your own, use another route, or ask the operator.`,
      };
    case 'cut-off':
      return {
        status: 503,
        code: 'cut_off',
        retryAfterSeconds: 60,
        message:
          refusal.drill === undefined
            ? `Every deployment of ${quoted(refusal.route)} that may serve this request has been cut off by the operator (${listed(refusal.selectors)}). Nothing was sent. Ask the operator when it will be restored.`
            : `A drill (${refusal.drill}) counts every deployment of ${quoted(refusal.route)} that may serve this request as gone (${listed(refusal.selectors)}). It ends by itself. Nothing was sent. Try again later.`,
      };
    case 'not-qualified':
      return {
        status: 503,
        code: 'no_evidence',
        retryAfterSeconds: 60,
        message: `What is left of ${quoted(refusal.route)} has no good evidence that it can do this work: ${refusal.deployments.map(({ deployment, reason }) => `${deployment} (${LEFT_OUT[reason]})`).join(', ')}. Nothing was sent. The operator can run \`sekisho qualify\`, or allow degraded service.`,
      };
    case 'concentration-exceeded':
      return {
        status: 503,
        code: 'concentration_exceeded',
        message: `Serving this would take a share over its limit: ${refusal.breaches.map(breachText).join('; ')}. Nothing was sent. Try later, or ask the operator.`,
        retryAfterSeconds: 60,
      };
    case 'untranslatable':
      return {
        status: 400,
        code: 'untranslatable',
        message: `The deployments of ${quoted(refusal.route)} speak another format, which cannot carry ${fieldTexts(refusal.fields)}. Leave ${refusal.fields.length === 1 ? 'it' : 'them'} out, or use another route${refusal.passesLeniently ? '; the operator can set `translation: lenient`' : ''}.`,
      };
    case 'access-program-conflict':
      return {
        status: 400,
        code: 'access_program_conflict',
        message: `The vendor's access program is the operator's to choose; this request asks for ${quoted(refusal.asked)}. Leave \`access_programs\` out, or use a route whose deployment has that program.`,
      };
    case 'vendor-fallback':
      return {
        status: 400,
        code: 'vendor_fallback',
        message: `\`${refusal.member}\` would let the vendor answer with another model than was decided here. Leave it out; fallbacks are configured in the route.`,
      };
  }
}

export const LEFT_OUT: Readonly<Record<LeftOut['reason'], string>> = {
  'no-evidence': 'never evaluated',
  'stale-evidence': 'its evaluation is too old',
  'below-bar': 'its score is below the bar',
  'model-changed': 'it has another model now',
  'over-limit': 'a limit on dependence keeps it out',
};

function unqualifiedText({ route, pinned, failures, nearest }: Extract<RoutingRefusal, { rule: 'no-qualified-deployment' }>): string {
  const who =
    pinned === undefined
      ? `No deployment of ${quoted(route)} meets every demand on where data may go.`
      : `${quoted(pinned)} does not meet every demand on where data may go.`;
  const others = failures.some(({ wouldQualify }) => wouldQualify.length > 0) || pinned !== undefined || nearest === undefined;
  const close = others ? '' : ` Nearest is ${nearest.deployment}, which fails: ${nearest.unmet.slice(0, 5).join('; ')}.`;
  return `${who} ${failureTexts(failures)}${close}`;
}

function fieldTexts(fields: Extract<RoutingRefusal, { rule: 'untranslatable' }>['fields']): string {
  const texts = fields.slice(0, 10).map(({ field, problem }) => `${quoted(field)} (${problem})`);
  return fields.length > 10 ? `${texts.join(', ')} and ${fields.length - 10} more` : texts.join(', ');
}

/** Which demand left nobody, and who would have qualified without it. */
function failureTexts(failures: readonly DemandFailure[]): string {
  return failures
    .slice(0, 5)
    .map(({ constraint, from, wouldQualify }) => {
      const others = wouldQualify.length === 0 ? '' : `; without it ${listed(wouldQualify)} would qualify`;
      return `${from}: ${constraint}${others}.`;
    })
    .join(' ');
}

function breachText({ scope, by, value, share, limit, window }: LimitBreach): string {
  return `${by} ${value} would have ${percent(share)} of the ${WINDOWS[window]}, ${percent(limit)} is the limit (${scope})`;
}

const WINDOWS: Readonly<Record<LimitBreach['window'], string>> = { hour: 'hour', day: 'day', '30-days': 'last 30 days' };

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.slice(0, 10).join(', ');
}
