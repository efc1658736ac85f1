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

-- A member is a principal with roles in the management API. Whether it may act at all is said where its keys are: in principals.disabled_at.
create table sekisho.members (
  principal_id text primary key references sekisho.principals (id),
  display_name text not null check (octet_length(display_name) between 1 and 256),
  email text check (octet_length(email) between 3 and 320),
  roles text[] not null
    check (
      roles <@ array['applicant', 'defender', 'screener', 'approver', 'auditor', 'administrator']
      and array_position(roles, null) is null and cardinality(roles) <= 6
    ),
  is_outside boolean not null,
  created_at timestamptz(3) not null,
  change_seq bigint not null unique
);

create function sekisho.protect_member() returns trigger language plpgsql as $$
begin
  if (new.principal_id, new.created_at) is distinct from (old.principal_id, old.created_at) then
    raise exception 'the principal and creation time of a member never change' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

-- A deleted row would never reach those who follow change numbers: they would keep its roles.
create trigger a_lock_access before insert or update on sekisho.members for each statement execute function sekisho.lock_access();
create trigger b_protect before update on sekisho.members for each row execute function sekisho.protect_member();
create trigger c_number_access before insert or update on sekisho.members for each row execute function sekisho.number_access();
create trigger d_refuse_removal before delete or truncate on sekisho.members for each statement execute function sekisho.refuse_removal();

-- Whoever disables a principal, ends its sessions and its ways in; those who follow members hear of it.
create function sekisho.principal_disabled() returns trigger language plpgsql as $$
begin
  if new.disabled_at is not null then
    delete from sekisho.sessions where principal_id = new.id;
    delete from sekisho.enrolments where principal_id = new.id;
    delete from sekisho.passkey_challenges where principal_id = new.id;
  end if;
  update sekisho.members set principal_id = principal_id where principal_id = new.id;
  return null;
end
$$;

create trigger e_principal_disabled after update of disabled_at on sekisho.principals for each row
  when (old.disabled_at is distinct from new.disabled_at) execute function sekisho.principal_disabled();

create table sekisho.passkeys (
  id text primary key check (id ~ '^pky_[0-9A-HJKMNP-TV-Z]{26}$'),
  principal_id text not null references sekisho.members (principal_id),
  -- WebAuthn level 3, section 4: at most 1023 bytes.
  credential_id bytea not null unique check (octet_length(credential_id) between 1 and 1023),
  -- COSE_Key (RFC 9052, section 7).
  public_key bytea not null check (octet_length(public_key) between 16 and 4096),
  sign_count bigint not null check (sign_count between 0 and 4294967295),
  label text not null check (octet_length(label) between 1 and 256),
  transports text[] not null check (cardinality(transports) <= 10 and array_position(transports, null) is null),
  aaguid text not null check (aaguid ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
  attestation_format text not null check (octet_length(attestation_format) between 1 and 64),
  attestation_verified boolean not null,
  is_backed_up boolean not null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3)
);

create index passkeys_principal on sekisho.passkeys (principal_id);

create table sekisho.sessions (
  id text primary key check (id ~ '^ses_[0-9A-HJKMNP-TV-Z]{26}$'),
  -- SHA-256 of the secret, which has 256 random bits and is nowhere but in the browser.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  principal_id text not null references sekisho.members (principal_id),
  authentication text not null check (authentication in ('passkey', 'sso-mfa', 'sso')),
  passkey_id text references sekisho.passkeys (id) on delete cascade,
  created_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  expires_at timestamptz(3) not null check (expires_at > created_at),
  address text not null check (octet_length(address) <= 64),
  user_agent text not null check (octet_length(user_agent) <= 1024),
  check ((authentication = 'passkey') = (passkey_id is not null))
);

create index sessions_principal on sekisho.sessions (principal_id);
create index sessions_passkey on sekisho.sessions (passkey_id);
create index sessions_expiry on sekisho.sessions (expires_at);

-- Links that let a member register the first passkey, once. One at a time for each member.
create table sekisho.enrolments (
  id text primary key check (id ~ '^enr_[0-9A-HJKMNP-TV-Z]{26}$'),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  principal_id text not null unique references sekisho.members (principal_id),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null check (expires_at > created_at)
);

-- What an authenticator has to sign, until somebody comes back with it.
create table sekisho.passkey_challenges (
  challenge_hash bytea primary key check (octet_length(challenge_hash) = 32),
  -- What it may be used for: `sign-in`, an enrolment, a session.
  bound_to text not null check (octet_length(bound_to) between 1 and 64),
  -- Of registrations.
  principal_id text references sekisho.members (principal_id),
  expires_at timestamptz(3) not null
);

create index passkey_challenges_expiry on sekisho.passkey_challenges (expires_at);
