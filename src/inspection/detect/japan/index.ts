// Door of the detectors for Japanese identifiers: personal and corporate numbers, cards, insurance, bank accounts, telephones, addresses,
// dates of birth. Names are found elsewhere (names/).
import type { Detector } from '../detector.ts';
import { address } from './address.ts';
import { bankAccount } from './bank-account.ts';
import { corporateNumber } from './corporate-number.ts';
import { dateOfBirth } from './date-of-birth.ts';
import { driversLicence } from './drivers-licence.ts';
import { insurance } from './insurance.ts';
import { myNumber } from './my-number.ts';
import { passport } from './passport.ts';
import { pensionNumber } from './pension.ts';
import { phone } from './phone.ts';
import { postalCode } from './postal-code.ts';
import { romanisedAddress } from './romanised-address.ts';

export function japanDetectors(): readonly Detector[] {
  return [
    myNumber,
    corporateNumber,
    driversLicence,
    insurance,
    pensionNumber,
    passport,
    bankAccount,
    phone,
    postalCode,
    address,
    romanisedAddress,
    dateOfBirth,
  ];
}
