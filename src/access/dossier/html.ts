// A dossier as one page that can be printed, signed and sent: English and Japanese side by side, no scripts, nothing loaded from anywhere.
import { html, htmlTable, page, type Html, type HtmlValue } from '#markup';
import type { Words } from '../desk/definition.ts';
import type { Dossier } from './dossier.ts';
import {
  AUTHENTICATION_WORDS,
  BASIS_WORDS,
  capabilityWords,
  CONDITION_WORDS,
  KIND_WORDS,
  ONBOARDING_WORDS,
  PROOF_WORDS,
  READING,
  ROLE_WORDS,
  STATE_WORDS,
  STATUS_WORDS,
  TITLES,
} from './words.ts';

export function dossierHtml(dossier: Dossier): string {
  const { program, operator, madeAt, madeBy, sha256 } = dossier;
  const body = html`<h1>${TITLES.dossier.en} <span lang="ja">${TITLES.dossier.ja}</span></h1>
<p>${operator.name} → ${program.vendor}, ${program.en}</p>
<p class="note">${madeAt}, ${madeBy}. SHA-256 <code>${sha256}</code></p>
${section(TITLES.organisation, organisation(dossier))}
${section(TITLES.program, programPart(dossier))}
${section(TITLES.members, members(dossier))}
${section(TITLES.grants, grants(dossier))}
${section(TITLES.targets, targets(dossier))}
${section(TITLES.obligations, obligations(dossier))}
${section(TITLES.policies, policies(dossier))}
${section(TITLES.ledger, ledger(dossier))}
${section(TITLES.reading, sideBySide(READING.map((words) => [words.en, words.ja])))}`;
  return page(`${TITLES.dossier.en}: ${program.en}`, body);
}

function organisation({ operator: { name, homeCountry, sector, incidentContact } }: Dossier): Html {
  return facts([
    [{ en: 'Name', ja: '名称' }, name],
    [{ en: 'Home country', ja: '所在国' }, homeCountry],
    [{ en: 'Critical-infrastructure sector', ja: '重要インフラ分野' }, sector === null ? NOT_STATED : both(sector)],
    [{ en: 'Incident contact', ja: 'インシデント連絡先' }, incidentContact ?? NOT_STATED],
  ]);
}

function programPart({ program, onboarding, matrixVersion, configuration }: Dossier): Html {
  return facts([
    [{ en: 'Program', ja: 'プログラム' }, html`${both(program)} <code>${program.id}</code>`],
    [{ en: 'Deployments', ja: 'デプロイメント' }, list(program.deployments)],
    [{ en: 'Account at the vendor', ja: 'ベンダー側アカウント' }, onboarding?.account ?? NOT_STATED],
    [{ en: 'Reference', ja: '受付番号' }, onboarding?.reference ?? NOT_STATED],
    [{ en: 'State', ja: '状態' }, onboarding === null ? NOT_STATED : both(ONBOARDING_WORDS[onboarding.state])],
    [
      { en: 'Hard obligations', ja: '必須の義務' },
      html`<span class="${program.mayEnable ? 'good' : 'bad'}">${both(program.mayEnable ? ALL_MET : NOT_ALL_MET)}</span>`,
    ],
    [{ en: 'Obligations as of', ja: '義務一覧の基準日' }, matrixVersion],
    [{ en: 'Configuration', ja: '設定の版' }, html`<code>${configuration}</code>`],
  ]);
}

function members({ members: all }: Dossier): Html {
  if (all.length === 0) return html`<p>${both({ en: 'None.', ja: 'なし' })}</p>`;
  const rows = all.map(({ role, kind, authentication, count, names }) => [
    both(ROLE_WORDS[role] ?? { en: role, ja: role }),
    both(KIND_WORDS[kind]),
    both(AUTHENTICATION_WORDS[authentication]),
    count,
    names === null ? '–' : list(names),
  ]);
  return htmlTable(['Role 役割', 'Kind 種別', 'Authentication 認証', 'Count 人数', 'Names 氏名'], rows, [3]);
}

function grants({ grants: all }: Dossier): Html {
  if (all.length === 0) return html`<p>${both({ en: 'No grant opens it yet.', ja: '本プログラムを利用できる許可はまだない。' })}</p>`;
  const known = capabilityWords();
  const rows = all.map((grant) => [
    html`<code>${grant.id}</code><br>${grant.holder} (${both(KIND_WORDS[grant.holderKind])})<br>${both(STATE_WORDS[grant.state])}`,
    html`${lines(grant.capabilities.map((id) => both(known.get(id) ?? { en: id, ja: id })))}${prose(grant.purpose)}`,
    html`${lines(grant.conditions.map((id) => both(CONDITION_WORDS[id])))}${both({ en: `${grant.approvals} approvals`, ja: `承認 ${grant.approvals} 名` })}`,
    html`${day(grant.startsAt)} – ${day(grant.endsAt)}<br>${both({ en: `recertified by ${day(grant.recertifyBy)}`, ja: `再認証期限 ${day(grant.recertifyBy)}` })}`,
  ]);
  return htmlTable(['Grant 許可', 'Use 用途', 'Conditions 条件', 'Valid 期間'], rows);
}

function targets({ grants: all }: Dossier): Html {
  const rows = all.flatMap((grant) =>
    grant.targets.map((target) => [
      html`<code>${grant.id}</code>`,
      html`${target.kind} <code>${target.value}</code>`,
      html`${target.basis === null ? NOT_STATED : both(PROOF_WORDS[target.basis])}${prose(target.proof)}`,
      target.evidenceSha256 === null ? '–' : html`<code>${target.evidenceSha256}</code>`,
    ]),
  );
  if (rows.length === 0) return html`<p>${both({ en: 'None.', ja: 'なし' })}</p>`;
  return htmlTable(['Grant 許可', 'Target 対象', 'Proof 証明', 'SHA-256'], rows);
}

function obligations({ program }: Dossier): Html {
  const rows = program.obligations.map((one) => {
    const status = STATUS_WORDS[one.status];
    const cell = (language: 'en' | 'ja'): Html =>
      html`<span lang="${language}">${one[language]}<br><span class="note">${lines(one.evidence.map((each) => html`${prose(each[language])}(${each.from})`))}</span></span>`;
    return [
      html`<span class="${one.hard || one.status === 'met' ? status.tone : 'fair'}">${both(status)}</span><br>${both(one.hard ? HARD : ADVISORY)}`,
      cell('en'),
      cell('ja'),
      html`${both(BASIS_WORDS[one.basis])}, ${one.source.asOf}`,
    ];
  });
  return htmlTable(['Status 状況', 'Obligation and evidence', '義務と根拠', 'Basis 出典'], rows);
}

function policies({ policies: { version, ids } }: Dossier): Html {
  return facts([
    [{ en: 'Version', ja: '版' }, html`<code>${version}</code>`],
    [{ en: 'Policies', ja: 'ポリシー' }, list(ids)],
  ]);
}

function ledger({ ledger: { origin, publicKey, checkpoint } }: Dossier): Html {
  return facts([
    [{ en: 'Log', ja: 'ログ' }, html`<code>${origin}</code>`],
    [{ en: 'Public key', ja: '公開鍵' }, html`<code>${publicKey}</code>`],
    [
      { en: 'Newest checkpoint', ja: '最新チェックポイント' },
      checkpoint === null ? NOT_STATED : html`<code>${lines(checkpoint.trim().split('\n').map(inPieces))}</code>`,
    ],
  ]);
}

const HARD: Words = { en: 'hard', ja: '必須' };
const ADVISORY: Words = { en: 'advisory', ja: '推奨' };
const ALL_MET: Words = { en: 'all met', ja: 'すべて充足' };
const NOT_ALL_MET: Words = { en: 'not all met', ja: '未充足あり' };
const NOT_STATED = html`–`;

function section(title: Words, content: Html): Html {
  return html`<h2>${title.en} <span lang="ja">${title.ja}</span></h2>
${content}`;
}

function facts(rows: readonly (readonly [Words, HtmlValue])[]): Html {
  return html`<dl>${rows.map(([name, value]) => html`<dt>${both(name)}</dt><dd>${value}</dd>\n`)}</dl>`;
}

function sideBySide(rows: readonly (readonly [en: string, ja: string])[]): Html {
  return htmlTable(
    ['English', '日本語'],
    rows.map(([en, ja]) => [html`<span lang="en">${en}</span>`, html`<span lang="ja">${ja}</span>`]),
  );
}

function both({ en, ja }: Words): Html {
  return en === ja ? html`${en}` : html`${en} <span lang="ja">${ja}</span>`;
}

function list(names: readonly string[]): Html {
  return names.length === 0 ? NOT_STATED : lines(names.map((name) => html`<code>${name}</code>`));
}

function lines(parts: readonly Html[]): Html {
  return html`${parts.map((part) => html`${part}<br>`)}`;
}

/** What a person wrote, with its line breaks. */
function prose(text: string): Html {
  const trimmed = text.trim();
  return trimmed === '' ? html`` : lines(trimmed.split('\n').map(inPieces));
}

/** The markup cuts long values; this one is shown whole. */
function inPieces(text: string): Html {
  return html`${(text.match(PIECES) ?? []).map((piece) => html`${piece}`)}`;
}

/** By whole characters. */
const PIECES = /.{1,200}/gsu;

function day(at: string): string {
  return at.slice(0, 10);
}
