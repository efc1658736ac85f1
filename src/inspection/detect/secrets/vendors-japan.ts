// Forms of keys of Japanese vendors, and of values that a Japanese vendor's name beside them makes a key. From the vendors' public
// documentation; where a vendor publishes no form, the row says only what its tokens are made of.
import type { KeyRow, NamedRow } from './rule.ts';
import { UUID } from './rule.ts';

export const JAPANESE_KEYS: readonly KeyRow[] = [
  // A channel access token of the long-lived kind is base64 of a block that ends the same for all.
  ['line-channel-token', '<B:150-165>1O/w1cDnyilFU=', { trigger: '1o/w1cdnyilfu=', lead: [150, 165], confidence: 0.98 }],
  ['komoju-secret', 'sk_<a:24-32>', { entropy: 3.6, near: ['komoju'] }],
];

export const JAPANESE_NAMED: readonly NamedRow[] = [
  [
    'line-channel-secret',
    'line_channel linechannel line-channel line_messaging line_login linebot line_bot',
    '<h:32>',
    '<B:160-176><=:0-1>',
    '<T:80-400>',
  ],
  ['line-notify-token', 'line_notify linenotify line-notify', '<w:43>'],
  ['sakura-cloud-key', 'sakuracloud sakura_cloud sakura-cloud sakura', UUID, '<w:64>', '<w:32>'],
  ['kintone-token', 'kintone cybozu', '<w:40>', '<w:20-64>'],
  ['freee-token', 'freee', '<h:64>', '<b:40-64>'],
  ['moneyforward-token', 'moneyforward money_forward', '<h:64>', '<b:40-64>'],
  ['chatwork-token', 'chatwork', '<h:32>', '<w:32>'],
  ['backlog-key', 'backlog', '<w:64>'],
  ['rakuten-key', 'rakuten', '<d:19>', '<h:40>', '<w:20-64>'],
  ['mercari-key', 'mercari', '<b:32-64>'],
  ['yahoo-japan-key', 'yahoo_japan yahoojapan yahoo_jp yahooapis', '<b:40-64><=:0-2>', '<h:40>'],
  ['nifcloud-key', 'nifcloud nifty_cloud', '<u:20>', '<B:40>', '<h:64>'],
  ['conoha-key', 'conoha', '<h:32>', '<b:20-64>'],
  ['gmo-key', 'gmo_payment gmopg gmocloud gmo_coin', '<b:16-64>'],
  ['smarthr-token', 'smarthr smart_hr', '<b:24-64>', 'shr_<b:20-64>'],
  ['sansan-key', 'sansan', '<h:32>', '<b:24-64>'],
  ['bitflyer-key', 'bitflyer', '<w:20-24>', '<B:44>', '<B:43>='],
  ['plamo-key', 'plamo preferred_networks', '<b:32-80>'],
  ['soracom-key', 'soracom', 'keyId-<w:16-40>', 'secret-<w:40-80>'],
  ['docomo-key', 'docomo', '<w:40-64>'],
  ['garoon-key', 'garoon', '<w:20-64>'],
  ['line-works-key', 'lineworks line_works', '<b:20-80>'],
  ['esa-token', 'esa_access esa_token esa_api', '<h:64>', '<b:40-64>'],
  ['qiita-token', 'qiita', '<h:40>'],
  ['kabucom-key', 'kabustation kabu_station', '<h:32>'],
];
