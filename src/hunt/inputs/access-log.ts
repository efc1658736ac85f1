// Access logs of web servers, common and combined, under the field names of the W3C extended format that Sigma's web rules use.
import type { FieldValue, LogEvent, Position } from '../event.ts';

import type { Decoder, DecoderContext } from './decoder.ts';
import { newFields } from './flatten.ts';
import { LineSplitter } from './lines.ts';
import { logsourcesOf, PlainEvent } from './plain-event.ts';

const entry =
  /^(?:(\S{1,255}) )?(\S{1,255}) (\S{1,255}) (.{1,255}?) \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/s;
const request = /^([A-Za-z_-]{1,32}) (\S*)(?: (HTTP\/[\d.]{1,8}))?$/;
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const sources = logsourcesOf('/webserver/', '/webserver/apache', '/webserver/nginx');

export function looksLikeAccessLog(line: string): boolean {
  return entry.test(line.slice(0, 65_536));
}

export function accessLogDecoder(context: DecoderContext): Decoder {
  let record = 0;
  const { file, limits } = context;
  const bad = (offset: number, problem: string): void => context.bad({ position: { file, record: ++record, offset }, problem });
  return new LineSplitter(limits.maxRecordBytes, {
    line: (line, offset) => {
      if (line.length === 0) return;
      const event = accessEvent(line.toString('utf8', 0, line.length), { file, record: record + 1, offset }, context);
      if (event === undefined) bad(offset, 'no entry of an access log');
      else {
        record++;
        context.emit(event);
      }
    },
    tooLong: (offset) => bad(offset, `a line longer than ${limits.maxRecordBytes} bytes`),
  });
}

function accessEvent(line: string, position: Position, context: DecoderContext): LogEvent | undefined {
  const found = entry.exec(line);
  if (found === null) return undefined;
  const [, virtualHost, client = '', , user = '', day, month = '', year, hour, minute, second, zoneHour = '', zoneMinute] = found;
  const [what = '', status = '', bytes = '', referer, agent] = found.slice(13);
  const fields = newFields();
  fields['c-ip'] = client;
  if (virtualHost !== undefined) fields['cs-host'] = virtualHost;
  if (user !== '-') fields['cs-username'] = user;
  requestInto(fields, what);
  if (status !== '-') fields['sc-status'] = Number(status);
  if (bytes !== '-') fields['sc-bytes'] = Number(bytes);
  if (referer !== undefined && referer !== '-') fields['cs-referer'] = unescape(referer);
  if (agent !== undefined && agent !== '-') fields['cs-user-agent'] = unescape(agent);
  const local = Date.UTC(Number(year), months.indexOf(month) / 3, Number(day), Number(hour), Number(minute), Number(second));
  const zone = (Math.abs(Number(zoneHour)) * 60 + Number(zoneMinute)) * 60_000 * (zoneHour.startsWith('-') ? -1 : 1);
  const atMs = Number.isNaN(local) ? undefined : local - zone;
  const logsources = context.logsource === undefined ? sources : [context.logsource];
  return new PlainEvent({ fields, position, format: 'access-log', logsources, atMs, host: virtualHost, line });
}

function requestInto(fields: Record<string, FieldValue>, text: string): void {
  const whole = unescape(text);
  const found = request.exec(whole);
  if (found === null) {
    // Attacks are often no valid request: what was sent is kept where rules look.
    fields['cs-uri-query'] = whole;
    fields['cs-uri'] = whole;
    return;
  }
  const [, method = '', uri = '', version] = found;
  const mark = uri.indexOf('?');
  fields['cs-method'] = method;
  fields['cs-uri'] = uri;
  fields['c-uri'] = uri;
  fields['cs-uri-stem'] = mark < 0 ? uri : uri.slice(0, mark);
  // Sigma's web rules look for paths in the query as well: it holds the whole target.
  fields['cs-uri-query'] = uri;
  if (version !== undefined) fields['cs-version'] = version;
}

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text;
}
