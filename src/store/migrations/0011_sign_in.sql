-- Signing in through identity providers, and OAuth 2.0 clients for machines.

-- An identity provider may say that it asked for a passkey of its own: such a session has none of ours.
alter table sekisho.sessions
  drop constraint sessions_check1,
  add constraint sessions_passkey check (passkey_id is null or authentication = 'passkey');

-- Whom an identity provider means: first an invitation under a name, then, for good, the issuer's subject.
create table sekisho.oidc_identities (
  id text primary key check (id ~ '^oid_[0-9A-HJKMNP-TV-Z]{26}$'),
  principal_id text not null references sekisho.members (principal_id),
  -- As the configuration calls it.
  provider text not null check (octet_length(provider) between 1 and 128),
  -- What the provider has to call whoever uses the invitation; later it means nothing.
  invited_name text not null check (octet_length(invited_name) between 1 and 256),
  created_at timestamptz(3) not null,
  -- Of the invitation.
  expires_at timestamptz(3) not null check (expires_at > created_at),
  linked_at timestamptz(3),
  issuer text check (octet_length(issuer) between 1 and 2048),
  -- OpenID Connect Core 1.0, section 2: at most 255 ASCII characters.
  subject text check (octet_length(subject) between 1 and 255),
  unique (issuer, subject),
  check ((issuer is null) = (linked_at is null) and (subject is null) = (linked_at is null))
);

create index oidc_identities_principal on sekisho.oidc_identities (principal_id);
create unique index oidc_identities_invited on sekisho.oidc_identities (provider, invited_name) where linked_at is null;

create function sekisho.protect_oidc_identity() returns trigger language plpgsql as $$
begin
  if old.linked_at is not null
    or (new.id, new.principal_id, new.provider, new.invited_name, new.created_at, new.expires_at)
      is distinct from (old.id, old.principal_id, old.provider, old.invited_name, old.created_at, old.expires_at) then
    raise exception 'whose an identity is never changes' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create trigger a_protect before update on sekisho.oidc_identities for each row execute function sekisho.protect_oidc_identity();

-- Browsers that are on their way to a provider and back. Everything else about them follows from a secret that the browser alone has.
create table sekisho.oidc_attempts (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  provider text not null check (octet_length(provider) between 1 and 128),
  expires_at timestamptz(3) not null
);

create index oidc_attempts_expiry on sekisho.oidc_attempts (expires_at);

-- Services that come with a signature of their own and get short-lived API keys for it.
create table sekisho.clients (
  id text primary key check (id ~ '^cli_[0-9A-HJKMNP-TV-Z]{26}$'),
  principal_id text not null references sekisho.principals (id),
  label text not null check (octet_length(label) <= 128),
  roles text[] not null
    check (cardinality(roles) between 1 and 2 and roles <@ array['caller', 'member'] and array_position(roles, null) is null),
  -- null: every route.
  routes text[] check (cardinality(routes) between 1 and 256 and array_position(routes, null) is null),
  token_seconds integer not null check (token_seconds between 60 and 3600),
  registered_by text not null references sekisho.principals (id),
  -- Not by an administrator: it counts only as long as whoever registered it answers for the service.
  as_owner boolean not null,
  created_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  revoked_reason text check (octet_length(revoked_reason) <= 1024),
  check ((revoked_at is null) = (revoked_reason is null)),
  check (not as_owner or roles = array['caller'])
);

create index clients_principal on sekisho.clients (principal_id);

create function sekisho.protect_client() returns trigger language plpgsql as $$
begin
  if (new.id, new.principal_id, new.label, new.roles, new.routes, new.token_seconds, new.registered_by, new.as_owner, new.created_at)
    is distinct from
    (old.id, old.principal_id, old.label, old.roles, old.routes, old.token_seconds, old.registered_by, old.as_owner, old.created_at)
    or old.revoked_at is not null and (new.revoked_at, new.revoked_reason) is distinct from (old.revoked_at, old.revoked_reason) then
    raise exception 'a client never changes but by a revocation, which is final' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create trigger a_protect before update on sekisho.clients for each row execute function sekisho.protect_client();
create trigger b_refuse_removal before delete or truncate on sekisho.clients for each statement execute function sekisho.refuse_removal();

-- Public keys.
create table sekisho.client_keys (
  client_id text not null references sekisho.clients (id),
  kid text not null check (octet_length(kid) between 1 and 128),
  -- RFC 7638, over SHA-256. One key is one client's.
  thumbprint text not null unique check (thumbprint ~ '^[A-Za-z0-9_-]{43}$'),
  alg text not null check (alg in ('ES256', 'EdDSA', 'RS256')),
  jwk jsonb not null check (octet_length(jwk::text) <= 4096 and not jwk ?| array['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']),
  created_at timestamptz(3) not null,
  primary key (client_id, kid)
);

create trigger a_protect before update on sekisho.client_keys for each row execute function sekisho.protect_event();

-- Assertions that were used, until they have expired: each counts once.
create table sekisho.client_assertions (
  client_id text not null references sekisho.clients (id),
  jti_hash bytea not null check (octet_length(jti_hash) = 32),
  expires_at timestamptz(3) not null,
  primary key (client_id, jti_hash)
);

create index client_assertions_expiry on sekisho.client_assertions (expires_at);

-- Tokens that live. A row is there before its API key is made, and bounds how many there are.
create table sekisho.client_tokens (
  id text primary key check (id ~ '^tok_[0-9A-HJKMNP-TV-Z]{26}$'),
  client_id text not null references sekisho.clients (id),
  -- The key that signed for it: it ends with that key.
  kid text not null check (octet_length(kid) between 1 and 128),
  api_key_id text unique references sekisho.api_keys (id),
  expires_at timestamptz(3) not null
);

create index client_tokens_client on sekisho.client_tokens (client_id);
create index client_tokens_expiry on sekisho.client_tokens (expires_at);
