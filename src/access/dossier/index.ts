export { buildDossier, type Dossier, type DossierOptions } from './dossier.ts';
export { dossierHtml } from './html.ts';
export { dossierGrant, type DossierGrant, type DossierInput, type DossierMember, type DossierTarget } from './input.ts';
export { createDossiers, type DossierPorts, type DossierRefusal, type DossierService } from './service.ts';
