// Critical infrastructure sectors of Japan (重要インフラ), as data with a date: the list changes by cabinet decision, not by release.
// A unified standard in force since 2026-10-01 is said to count 16; the sixteenth will be added here once its official name is known.

export interface Sector {
  /** What the configuration file says. */
  readonly id: string;
  readonly ja: string;
  readonly en: string;
}

export const SECTORS: { readonly version: string; readonly source: string; readonly sectors: readonly Sector[] } = {
  version: '2026-11',
  source: 'National cybersecurity authority of Japan: the 15 critical infrastructure sectors',
  sectors: [
    { id: 'information-and-communication', ja: '情報通信', en: 'Information and communication' },
    { id: 'finance', ja: '金融', en: 'Finance' },
    { id: 'aviation', ja: '航空', en: 'Aviation' },
    { id: 'airports', ja: '空港', en: 'Airports' },
    { id: 'railways', ja: '鉄道', en: 'Railways' },
    { id: 'electric-power', ja: '電力', en: 'Electric power' },
    { id: 'gas', ja: 'ガス', en: 'Gas' },
    { id: 'government', ja: '政府・行政サービス', en: 'Government and administrative services, including local governments' },
    { id: 'medical', ja: '医療', en: 'Medical' },
    { id: 'water', ja: '水道', en: 'Water' },
    { id: 'logistics', ja: '物流', en: 'Logistics' },
    { id: 'chemical', ja: '化学', en: 'Chemical' },
    { id: 'credit-cards', ja: 'クレジット', en: 'Credit cards' },
    { id: 'petroleum', ja: '石油', en: 'Petroleum' },
    { id: 'ports', ja: '港湾', en: 'Ports' },
  ],
};
