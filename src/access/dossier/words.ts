// Words of the dossier in English and Japanese. Names of capabilities are the application form's.
import { loadFormDefinition, type Words } from '../desk/definition.ts';
import type { Condition, GrantState } from '../grant.ts';
import type { Basis, CheckStatus } from '../obligations/index.ts';
import type { OnboardingState } from '../onboarding/index.ts';
import type { Authentication } from '../taxonomy.ts';

export const TITLES = {
  dossier: { en: 'Application dossier', ja: '申請書類一式' },
  organisation: { en: 'Organisation', ja: '申請組織' },
  program: { en: 'Program applied for', ja: '申請対象プログラム' },
  members: { en: 'Members by role and authentication', ja: '役割・認証別メンバー' },
  grants: { en: 'Who may use it, for what', ja: '利用者と用途' },
  targets: { en: 'Authorised targets and their proofs', ja: '許可対象とその証明' },
  obligations: { en: 'Obligations and evidence', ja: '義務と充足状況' },
  policies: { en: 'Policies in force', ja: '適用中のポリシー' },
  ledger: { en: 'Audit ledger', ja: '監査台帳' },
  reading: { en: 'How to read this', ja: '本書の読み方' },
} as const satisfies Readonly<Record<string, Words>>;

export const STATUS_WORDS: Readonly<Record<CheckStatus, Words & { readonly tone: 'good' | 'bad' | 'fair' }>> = {
  met: { en: 'met', ja: '充足', tone: 'good' },
  unmet: { en: 'unmet', ja: '未充足', tone: 'bad' },
  unknown: { en: 'not known', ja: '不明', tone: 'fair' },
};

export const BASIS_WORDS: Readonly<Record<Basis, Words>> = {
  official: { en: 'the vendor’s own text', ja: 'ベンダー公式文書' },
  secondary: { en: 'reported by others', ja: '二次情報' },
  unverified: { en: 'not verified', ja: '未検証' },
};

export const AUTHENTICATION_WORDS: Readonly<Record<Authentication, Words>> = {
  passkey: { en: 'passkey (FIDO2)', ja: 'パスキー(FIDO2)' },
  'sso-mfa': { en: 'single sign-on with MFA', ja: '多要素認証付きSSO' },
  sso: { en: 'single sign-on', ja: 'SSO' },
  none: { en: 'key only', ja: '鍵のみ' },
};

export const CONDITION_WORDS: Readonly<Record<Condition, Words>> = {
  passkey: { en: 'passkey at each use', ja: '利用ごとにパスキー' },
  'sso-mfa': { en: 'single sign-on with MFA', ja: '多要素認証付きSSO' },
  training: { en: 'training completed', ja: '研修修了' },
};

export const ROLE_WORDS: Readonly<Record<string, Words>> = {
  applicant: { en: 'applicant', ja: '申請者' },
  defender: { en: 'defender', ja: '防御担当者' },
  screener: { en: 'screener', ja: '審査担当者' },
  approver: { en: 'approver', ja: '承認者' },
  auditor: { en: 'auditor', ja: '監査担当者' },
  administrator: { en: 'administrator', ja: '管理者' },
};

export const KIND_WORDS: Readonly<Record<'person' | 'service' | 'agent', Words>> = {
  person: { en: 'person', ja: '個人' },
  service: { en: 'service', ja: 'サービス' },
  agent: { en: 'agent', ja: 'エージェント' },
};

export const STATE_WORDS: Readonly<Record<GrantState, Words>> = {
  active: { en: 'active', ja: '有効' },
  suspended: { en: 'suspended', ja: '停止中' },
  revoked: { en: 'revoked', ja: '取消済' },
  ended: { en: 'ended', ja: '終了' },
};

export const ONBOARDING_WORDS: Readonly<Record<OnboardingState, Words>> = {
  submitted: { en: 'submitted', ja: '申請済' },
  approved: { en: 'approved', ja: '承認済' },
  provisioned: { en: 'provisioned', ja: '権限付与済' },
  ready: { en: 'ready, proved by a live request', ja: '利用可能(実リクエストで確認済)' },
  closed: { en: 'closed', ja: '終了' },
};

export const PROOF_WORDS: Readonly<Record<'owned' | 'authorised', Words>> = {
  owned: { en: 'owned or operated', ja: '所有・運用' },
  authorised: { en: 'explicitly authorised', ja: '明示的な許可' },
};

export const READING: readonly Words[] = [
  {
    en: 'Evidence says where it comes from: the configuration, the database, the ledger, or a person of the operator who attested it.',
    ja: '根拠欄には、設定・データベース・台帳・組織の責任者による表明のいずれに基づくかを示す。',
  },
  {
    en: 'What is not known is not called met. A program with a hard obligation that is not met is not enabled by the checkpoint.',
    ja: '確認できないものは充足とみなさない。必須の義務が充足されていないプログラムは有効化されない。',
  },
  {
    en: 'Proofs of authorisation stay with the operator; their SHA-256 is given here, so that a document shown later can be compared.',
    ja: '許可の証拠文書は組織が保管し、後日照合できるよう SHA-256 を記載する。',
  },
  {
    en: 'The ledger is a Merkle log (C2SP tlog-tiles). Anyone with the public key can verify that entries were neither changed nor removed.',
    ja: '台帳はマークル木に基づくログ(C2SP tlog-tiles)であり、公開鍵により改ざん・削除がないことを検証できる。',
  },
];

export function capabilityWords(): ReadonlyMap<string, Words> {
  const field = loadFormDefinition().fields.find(({ id }) => id === 'capabilities');
  return new Map(field?.options?.map(({ id, label }) => [id, label]));
}
