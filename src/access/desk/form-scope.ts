// The scope that a form asks for: targets without their proofs, exclusions and tools.
import type { Scope } from '#scope';
import type { FormDraft } from './form-schema.ts';

export function targetsOf(form: FormDraft): NonNullable<FormDraft['targets']> {
  return form.targets ?? [];
}

export function scopeOf(form: FormDraft): Scope {
  return {
    targets: targetsOf(form).map(({ kind, value }) => ({ kind, value })),
    excluded: form.exclusions ?? [],
    allowedTools: form.allowedTools ?? null,
    forbiddenTools: form.forbiddenTools ?? [],
  };
}
