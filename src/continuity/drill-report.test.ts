import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrillRecord } from './control-store.ts';
import { drillHtml } from './drill-html.ts';
import { drillMarkdown } from './drill-markdown.ts';
import { drillReport, type DrillReportInput } from './drill-report.ts';
import type { TrafficSums } from './traffic.ts';

const START = Date.UTC(2026, 10, 24, 2, 0, 0);
const MINUTE = 60_000;

const DRILL: DrillRecord = {
  id: 'drl_01JD3X5Q8K2M4N6P8R0T2V4W6Y',
  selectors: ['country:US'],
  share: 0.1,
  canariesOnly: false,
  reason: 'autumn drill',
  by: 'yamada',
  startsAtMs: START,
  endsAtMs: START + 10 * MINUTE,
  abortedAtMs: null,
  abortedBy: null,
};

function sum(fields: Partial<TrafficSums>): TrafficSums {
  return {
    route: 'triage',
    deployment: 'sakura/d',
    drill: DRILL.id,
    dataClass: '',
    cause: '',
    sent: 0,
    ended: 0,
    inputTokens: 0,
    outputTokens: 0,
    totalMs: 0,
    firstByteMs: 0,
    firstAtMs: START,
    lastAtMs: START,
    ...fields,
  };
}

function input(fields: Partial<DrillReportInput> = {}): DrillReportInput {
  return {
    drill: DRILL,
    sums: [],
    before: [],
    beforeWindow: { fromMs: START - 1_440 * MINUTE, toMs: START },
    routes: ['triage', 'translate'],
    removed: [{ id: 'us/d', company: 'Example Corp', vendorCountry: 'US', lineage: 'gpt', hostingCountry: 'US' }],
    unmetDemands: () => [],
    ledger: [],
    canaries: [],
    configuration: 'sha256:00',
    nowMs: START + 11 * MINUTE,
    ...fields,
  };
}

const ANSWERED = sum({ sent: 90, ended: 90, totalMs: 45_000, firstByteMs: 9_000, firstAtMs: START + 800, lastAtMs: START + 9 * MINUTE });
const REFUSED = sum({ deployment: '', cause: 'refused:upstream-failed', ended: 3, firstAtMs: START + 200, lastAtMs: START + 1_400 });

describe('drillReport', () => {
  it('says per route who took over, what failed and how long it took', () => {
    const report = drillReport(
      input({
        sums: [
          ANSWERED,
          sum({
            deployment: 'nec/d',
            sent: 10,
            ended: 10,
            totalMs: 10_000,
            firstByteMs: 1_000,
            firstAtMs: START + 2_000,
            lastAtMs: START + 3_000,
          }),
          REFUSED,
          sum({ cause: 'failed:status', deployment: 'nec/d', ended: 4 }),
          sum({ cause: 'declined', ended: 2 }),
          sum({ cause: 'ended:client-gone', ended: 1 }),
        ],
        before: [
          sum({ drill: '', deployment: 'us/d', ended: 200, totalMs: 50_000 }),
          sum({ drill: '', deployment: 'sakura/d', ended: 50, totalMs: 12_500 }),
        ],
      }),
    );
    const [route] = report.routes;
    assert.equal(report.routes.length, 1);
    assert.deepEqual(report.totals, { requests: 106, answered: 100, declined: 2, clientGone: 1, failed: 3, unrelated: 0 });
    assert.deepEqual(
      route!.servedBy.map(({ deployment, answered, share, shareBefore }) => [deployment, answered, share, shareBefore]),
      [
        ['sakura/d', 90, 0.9, 0.2],
        ['nec/d', 10, 0.1, 0],
      ],
    );
    assert.deepEqual(route!.failures, [{ cause: 'refused:upstream-failed', count: 3, firstMs: 200, lastMs: 1_400, shareBefore: 0 }]);
    assert.deepEqual(route!.failedAttempts, [{ deployment: 'nec/d', cause: 'status', count: 4 }]);
    assert.deepEqual(route!.recovery, { state: 'recovered', firstAnswerMs: 800, lastFailureMs: 1_400 });
    assert.deepEqual(route!.latencyDuring, { requests: 100, meanMs: 550, meanFirstByteMs: 100 });
    assert.equal(route!.latencyBefore!.meanMs, 250);
    assert.equal(report.state, 'ended');
  });

  it('calls a route recovered only when answers go on after its last failure', () => {
    const late = sum({
      deployment: '',
      cause: 'refused:no-candidate',
      ended: 1,
      firstAtMs: START + MINUTE,
      lastAtMs: START + 9.5 * MINUTE,
    });
    assert.equal(drillReport(input({ sums: [ANSWERED, late] })).routes[0]!.recovery.state, 'not-recovered');
    assert.equal(drillReport(input({ sums: [REFUSED] })).routes[0]!.recovery.state, 'not-recovered');
    assert.equal(drillReport(input({ sums: [ANSWERED] })).routes[0]!.recovery.state, 'undisturbed');
    assert.equal(drillReport(input({ sums: [sum({ sent: 3 })] })).routes[0]!.recovery.state, 'no-traffic');
  });

  it('takes no mistake of a client for a failure of the drill', () => {
    const late = { deployment: '', firstAtMs: START + 9.5 * MINUTE, lastAtMs: START + 9.5 * MINUTE };
    const mistakes = ['untranslatable', 'body-malformed', 'unknown-data-class', 'no-qualified-deployment', 'vendor-fallback'].map((rule) =>
      sum({ ...late, cause: `refused:${rule}`, ended: 2 }),
    );
    const untranslatable = sum({ cause: 'failed:untranslatable', ended: 2 });
    const report = drillReport(input({ sums: [ANSWERED, ...mistakes, untranslatable] }));
    const [route] = report.routes;
    assert.deepEqual([report.totals.failed, report.totals.unrelated, route!.failures, route!.failedAttempts], [0, 10, [], []]);
    assert.equal(route!.recovery.state, 'undisturbed');
    const made = drillMarkdown(report);
    assert.match(made, /^\*\*All 90 requests ended without a failure/m);
    assert.match(made, /^\| `triage` \| refused by the checkpoint, rule `untranslatable` \| 2 \| – \|$/m);
    assert.match(drillHtml(report), /nothing to do with the drill[\s\S]*<code>untranslatable<\/code>/);
    const nothing = drillReport(input({ sums: mistakes }));
    assert.match(drillMarkdown(nothing), /^\*\*Every request was refused for reasons of its own/m);
    // A rule that nobody has named here is a failure until somebody does.
    const unknown = drillReport(input({ sums: [sum({ ...late, cause: 'refused:new-rule', ended: 1 })] }));
    assert.equal(unknown.totals.failed, 1);
  });

  it('counts what was sent to a deployment that was gone, and against a demand', () => {
    const report = drillReport(
      input({
        sums: [
          sum({ deployment: 'us/d', sent: 2, dataClass: 'restricted+secret' }),
          sum({ deployment: 'us/d', sent: 1, cause: 'failed:status', ended: 1, dataClass: 'restricted+secret' }),
          sum({ deployment: 'old/d', sent: 5 }),
          ANSWERED,
        ],
        unmetDemands: (_, deployment, classes) => {
          if (deployment === 'old/d') return undefined;
          return deployment === 'us/d' && classes.includes('secret') ? ['hosting country must be JP'] : [];
        },
      }),
    );
    const where = { route: 'triage', deployment: 'us/d', dataClasses: ['restricted', 'secret'], requests: 3 };
    assert.deepEqual(report.sentToRemoved, [{ ...where, demands: [] }]);
    assert.deepEqual(report.sentAgainstDemands, [{ ...where, demands: ['hosting country must be JP'] }]);
    assert.equal(report.unassessed, 5);
    assert.match(drillMarkdown(report), /^\*\*6 requests went where no request may go\.\*\*$/m);
  });

  it('takes no sums of another drill, and compares with no drill', () => {
    const report = drillReport(
      input({ sums: [ANSWERED, { ...REFUSED, drill: 'drl_other' }], before: [{ ...ANSWERED, drill: 'drl_other' }] }),
    );
    assert.deepEqual([report.totals.requests, report.routes[0]!.latencyBefore], [90, null]);
  });

  it('knows a drill that was aborted, runs, or has not begun', () => {
    const state = (drill: Partial<DrillRecord>, nowMs: number) => drillReport(input({ drill: { ...DRILL, ...drill }, nowMs }));
    const aborted = state({ abortedAtMs: START + MINUTE, abortedBy: 'sato' }, START + 2 * MINUTE);
    assert.deepEqual([aborted.state, aborted.endsAtMs], ['aborted', START + MINUTE]);
    assert.equal(state({}, START + MINUTE).state, 'running');
    assert.equal(state({}, START - 1).state, 'not-begun');
    assert.equal(state({ abortedAtMs: START + 99 * MINUTE }, START + 100 * MINUTE).state, 'ended');
  });
});

describe('a drill report for people', () => {
  const EVIL = '"><script>alert(1)</script>|`\n# x\u202E[a](javascript:b)';
  const report = drillReport(
    input({
      drill: { ...DRILL, selectors: [EVIL], reason: EVIL, by: EVIL, abortedAtMs: START + MINUTE, abortedBy: EVIL },
      sums: [
        { ...ANSWERED, route: EVIL, deployment: EVIL },
        { ...REFUSED, route: EVIL, cause: `refused:${EVIL}` },
        sum({ cause: `failed:${EVIL}`, deployment: EVIL, ended: 1 }),
      ],
      removed: [{ id: EVIL, company: EVIL, vendorCountry: EVIL, lineage: EVIL, hostingCountry: EVIL }],
      unmetDemands: () => [EVIL],
      ledger: [{ type: EVIL, index: 4, at: EVIL, configuration: EVIL }],
      canaries: [{ route: EVIL, sent: 3, answered: 1, failures: [{ cause: EVIL, count: 2 }] }],
      configuration: EVIL,
    }),
  );

  it('is HTML in which no name is markup', () => {
    const made = drillHtml(report);
    assert.doesNotMatch(made, /<script|\u202E|(?:href|src)=/);
    assert.equal(made.split('<td').length, made.split('</td>').length);
    // Every one of them is still there to read.
    assert.ok(made.match(/&lt;script&gt;alert/g)!.length > 20);
    assert.match(made, /<h1>Drill report <span lang="ja">訓練報告書<\/span><\/h1>/);
  });

  it('is Markdown in which no name is markup', () => {
    const made = drillMarkdown(report);
    assert.doesNotMatch(made, /^# x/m);
    // Outside of code spans nothing of it is left unescaped.
    const prose = made.replaceAll(/(?<!\\)`[^`\n]*`/g, '');
    assert.doesNotMatch(prose, /(?<!\\)[<>]|(?<!\\)\[a|\u202E/);
    for (const line of made.split('\n').filter((text) => text.startsWith('|')))
      assert.ok([3, 4, 6, 7].includes(line.split(' | ').length), `every row has the cells of its table: ${line}`);
  });

  it('says the same thing for the same facts, byte for byte', () => {
    const made = drillMarkdown(
      drillReport(
        input({
          sums: [ANSWERED, REFUSED],
          ledger: [{ type: 'drill-started', index: 12, at: '2026-11-24T02:00:00.000Z', configuration: 'sha256:00' }],
        }),
      ),
    );
    assert.equal(
      made.slice(0, made.indexOf('## How to read this')),
      `# Drill report · 訓練報告書

**Every route recovered; clients saw 3 failures in 93 requests (3.2 %).**

- Drill: \`drl_01JD3X5Q8K2M4N6P8R0T2V4W6Y\`, ran to its end
- Taken away: \`country:US\`
- Took part: 10.0 % of all requests
- Time: 2026-11-24T02:00:00.000Z to 2026-11-24T02:10:00.000Z
- Run by: yamada. Reason: autumn drill
- Requests: 93, of which answered 90, declined by a provider 0, left by the client 0, failed 3, refused for reasons of their own 0
- Report made: 2026-11-24T02:11:00.000Z with configuration \`sha256:00\`

## Violations · 制約違反

0 requests went to a deployment that had been taken away, and 0 against a demand.

## Routes · 経路ごとの結果

| Route | Requests | Answered | Failed | Recovery | First answer after | Latency (mean) |
| --- | ---: | ---: | ---: | --- | --- | --- |
| \`triage\` | 93 | 90 | 3 | recovered; last failure after 1.4 s | 800 ms | 500 ms (before: nothing to compare with) |

## What took over · 代わりに応答した配備

| Route | Deployment | Answered | Share | Share before | Mean | First byte |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
| \`triage\` | \`sakura/d\` | 90 | 100.0 % | – | 500 ms | 100 ms |

## Failures that clients saw · 利用者に見えた失敗

| Route | Cause | Count | First after | Last after | Same cause before |
| --- | --- | ---: | ---: | ---: | ---: |
| \`triage\` | refused by the checkpoint, rule \`upstream-failed\` | 3 | 200 ms | 1.4 s | – |

## Refused for reasons that have nothing to do with the drill · 訓練と無関係な拒否

None.

## Attempts that failed · 失敗した試行

None.

## What was taken away · 切り離した配備

| Deployment | Vendor | Weights | Hosted in |
| --- | --- | --- | --- |
| \`us/d\` | Example Corp (US) | gpt | US |

## Ledger · 台帳

- \`drill-started\` at 2026-11-24T02:00:00.000Z: entry 12, configuration \`sha256:00\`

Every decision that this drill touched names \`drl_01JD3X5Q8K2M4N6P8R0T2V4W6Y\` in \`routing.drill\`.

`,
    );
  });
});
