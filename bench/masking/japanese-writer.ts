// What a template of the generated set writes with: every value bound to one source of chance.
import * as addresses from './japanese-addresses.ts';
import * as phones from './japanese-phones.ts';
import * as text from './japanese-text.ts';
import * as values from './japanese-values.ts';
import { joined, type Doc } from './doc.ts';
import { randomOf, type Random } from './random.ts';

export interface Writer {
  readonly random: Random;
  readonly name: () => string;
  readonly surname: () => string;
  readonly kana: () => string;
  readonly roman: () => string;
  readonly firm: () => string;
  readonly myNumber: () => Doc;
  readonly corporate: () => Doc;
  readonly invoice: () => Doc;
  readonly licence: () => Doc;
  readonly insurer: () => Doc;
  readonly pension: () => Doc;
  readonly passport: () => Doc;
  readonly residence: () => Doc;
  readonly account: () => Doc;
  readonly accountInFull: () => Doc;
  readonly postBank: () => Doc;
  readonly birth: () => Doc;
  readonly isoBirth: () => Doc;
  readonly phone: (kind?: phones.PhoneKind) => Doc;
  /** Where words around it say what it is: may have no separators at all. */
  readonly namedPhone: (kind?: phones.PhoneKind) => Doc;
  readonly phoneWithExtension: () => Doc;
  readonly postal: () => Doc;
  readonly barePostal: () => Doc;
  readonly address: () => Doc;
  readonly postalAddress: () => Doc;
  readonly date: () => string;
  readonly money: () => string;
  readonly ip: () => string;
  readonly digits: (count: number) => string;
  readonly pick: <T>(...choices: readonly T[]) => T;
  readonly number: (low: number, high: number) => number;
  readonly lines: (count: number, line: (row: number) => Doc) => Doc;
}

export type Template = readonly [style: string, write: (writer: Writer) => Doc];

export function writerOf(seed: number): Writer {
  const random = randomOf(seed);
  let place = seed;
  const nextAddress = () => addresses.address(random, place++);
  return {
    random,
    name: () => text.personName(random),
    surname: () => text.surname(random),
    kana: () => text.kanaName(random),
    roman: () => text.romanName(random),
    firm: () => text.firm(random),
    myNumber: () => values.myNumber(random),
    corporate: () => values.corporateNumber(random),
    invoice: () => values.invoiceNumber(random),
    licence: () => values.licence(random),
    insurer: () => values.insurer(random),
    pension: () => values.pension(random),
    passport: () => values.passport(random),
    residence: () => values.residenceCard(random),
    account: () => values.accountNumber(random),
    accountInFull: () => values.accountInFull(random),
    postBank: () => values.postBank(random),
    birth: () => values.birthDate(random),
    isoBirth: () => values.isoBirthDate(random),
    phone: (kind) => phones.phone(random, kind),
    namedPhone: (kind) => phones.phone(random, kind, true),
    phoneWithExtension: () => phones.phoneWithExtension(random),
    postal: () => addresses.postalCode(random),
    barePostal: () => addresses.postalCode(random, true),
    address: nextAddress,
    postalAddress: () => joined([addresses.postalCode(random), random.pick([' ', '　', '\n', '']), nextAddress()]),
    date: () => values.plainDate(random),
    money: () => values.money(random),
    ip: () => values.ip(random),
    digits: (count) => random.digits(count),
    pick: (...choices) => random.pick(choices),
    number: (low, high) => random.between(low, high),
    lines: (count, line) =>
      joined(
        Array.from({ length: count }, (_, row) => line(row)),
        '\n',
      ),
  };
}
