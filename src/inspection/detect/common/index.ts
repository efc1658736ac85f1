// Detectors of international structured values and of operational data. Secrets, names of persons and Japanese identifiers are elsewhere.
import type { Detector } from '../detector.ts';
import { address, zipCode } from './address.ts';
import { creditCard } from './credit-card.ts';
import { dateOfBirth } from './date-of-birth.ts';
import { email } from './email.ts';
import { fileShare } from './file-share.ts';
import { hostsDetector } from './hosts.ts';
import { iban } from './iban.ts';
import { ipv4 } from './ipv4.ts';
import { ipv6 } from './ipv6.ts';
import { labelledValues } from './labelled.ts';
import { mac } from './mac.ts';
import { namedHosts } from './named-hosts.ts';
import { phone } from './phone.ts';
import { userName } from './user-name.ts';
import { usSsn } from './us-ssn.ts';

interface CommonDetectorOptions {
  /** Domains of the operator's own network: names under them are internal hosts. */
  readonly internalDomains?: readonly string[];
}

export function commonDetectors(options: CommonDetectorOptions = {}): readonly Detector[] {
  return [
    email,
    phone,
    creditCard,
    iban,
    usSsn,
    dateOfBirth,
    address,
    zipCode,
    ...labelledValues,
    ipv4,
    ipv6,
    mac,
    hostsDetector(options.internalDomains ?? []),
    namedHosts,
    userName,
    fileShare,
  ];
}
