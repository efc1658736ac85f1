// Detectors of secrets: keys of vendors, private keys, JWTs, credentials in connection strings, and what is assigned to a telling name.
import type { Detector } from '../detector.ts';
import { assignmentDetector, authorizationDetector, memberDetector } from './assignments.ts';
import { awsSecretDetector } from './aws-secrets.ts';
import { commandLineDetectors } from './command-lines.ts';
import { azurePairDetectors, connectionPairDetector, signedUrlDetector } from './connection-pairs.ts';
import { connectionUrlDetector, oracleDetector } from './connection-urls.ts';
import { encodedJwtDetector, kubernetesSecretDetector } from './encoded.ts';
import { jwtDetector } from './jwt.ts';
import { namedKeyDetectors } from './named-keys.ts';
import { accountDumpDetector, cryptDetector } from './password-hashes.ts';
import { ageDetector, jwkDetector, pemDetector, puttyDetector } from './private-keys.ts';
import { vendorKeyDetectors } from './vendor-keys.ts';

export function secretDetectors(): readonly Detector[] {
  return [
    ...vendorKeyDetectors(),
    ...namedKeyDetectors(),
    awsSecretDetector,
    pemDetector,
    puttyDetector,
    ageDetector,
    jwkDetector,
    jwtDetector,
    encodedJwtDetector,
    kubernetesSecretDetector,
    cryptDetector,
    accountDumpDetector,
    connectionUrlDetector,
    oracleDetector,
    connectionPairDetector,
    ...azurePairDetectors,
    signedUrlDetector,
    assignmentDetector,
    authorizationDetector,
    memberDetector,
    ...commandLineDetectors,
  ];
}
