-- Members, passkeys, sessions and enrolment links.

-- How whoever made a key had signed in, and keys that act in the management API for their owner.
alter table sekisho.api_keys
  add column authentication text not null default 'none' check (authentication in ('passkey', 'sso-mfa', 'sso', 'none')),
  drop constraint api_keys_roles_check,
  add constraint api_keys_roles_check
    check (cardinality(roles) > 0 and roles <@ array['caller', 'operator', 'auditor', 'member'] and array_position(roles, null) is null);

alter table sekisho.api_keys alter column authentication drop default;

create or replace function sekisho.protect_api_key() returns trigger language plpgsql as $$
begin
  if (new.id, new.principal_id, new.mac, new.authentication, new.created_at)
    is distinct from (old.id, old.principal_id, old.mac, old.authentication, old.created_at) then
    raise exception 'the id, owner, MAC, authentication and creation time of a key never change'
      using errcode = 'integrity_constraint_violation';
  end if;
  if old.revoked_at is not null and (new.revoked_at, new.revoked_reason) is distinct from (old.revoked_at, old.revoked_reason) then
    raise exception 'a revocation is final' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
