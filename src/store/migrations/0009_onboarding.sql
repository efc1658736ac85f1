-- The operator's own applications to vendors' programs, and what people of the operator have attested.
--
-- Nothing here is read on the way of a request. History is never changed; a state follows from the newest entry of its history.

create table sekisho.onboarding (
  id text primary key check (id ~ '^onb_[0-9A-HJKMNP-TV-Z]{26}$'),
  program text not null check (octet_length(program) between 1 and 64),
  -- Which account at the vendor. A name, never a key.
  account text not null check (octet_length(account) between 1 and 512),
  reference text check (octet_length(reference) between 1 and 512),
  state text not null check (state in ('submitted', 'approved', 'provisioned', 'ready', 'closed')),
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null check (changed_at >= created_at),
  revision integer not null check (revision between 1 and 100000)
);

-- One that is not closed per program and account.
create unique index onboarding_open on sekisho.onboarding (program, account) where state <> 'closed';
create index onboarding_newest on sekisho.onboarding (created_at desc, id desc);

create table sekisho.onboarding_events (
  onboarding_id text not null references sekisho.onboarding (id),
  revision integer not null check (revision between 1 and 100000),
  at timestamptz(3) not null,
  -- null: it began.
  from_state text check (from_state in ('submitted', 'approved', 'provisioned', 'ready', 'closed')),
  to_state text not null check (to_state in ('submitted', 'approved', 'provisioned', 'ready', 'closed')),
  -- All null: a probe that ran by itself.
  by_principal text check (octet_length(by_principal) between 1 and 64),
  by_name text check (octet_length(by_name) between 1 and 128),
  by_authentication text check (by_authentication in ('passkey', 'sso-mfa', 'sso', 'none')),
  note text not null default '' check (octet_length(note) <= 8192),
  probe jsonb check (jsonb_typeof(probe) = 'object' and octet_length(probe::text) <= 8192),
  primary key (onboarding_id, revision),
  check ((from_state is null) = (revision = 1)),
  check ((by_principal is null) = (by_name is null) and (by_principal is null) = (by_authentication is null)),
  -- Nobody's word makes it ready, and nothing but a probe comes by itself.
  check (to_state <> 'ready' or (probe is not null and (from_state = 'ready' or (probe ->> 'proves')::boolean))),
  check (by_principal is not null or probe is not null)
);

create function sekisho.protect_onboarding() returns trigger language plpgsql as $$
begin
  if (new.id, new.program, new.account, new.created_at) is distinct from (old.id, old.program, old.account, old.created_at) then
    raise exception 'what an onboarding is about never changes' using errcode = 'integrity_constraint_violation';
  end if;
  if new.revision <> old.revision + 1 or (old.state = 'closed' and new.state <> 'closed') then
    raise exception 'an onboarding goes on step by step, and what is closed stays closed' using errcode = 'integrity_constraint_violation';
  end if;
  -- The state is the newest entry's: whoever changes the one has written the other before.
  if not exists (
    select from sekisho.onboarding_events as event
    where event.onboarding_id = new.id and event.revision = new.revision and event.from_state = old.state and event.to_state = new.state
  ) then
    raise exception 'the state of an onboarding follows from its history' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create function sekisho.begin_onboarding() returns trigger language plpgsql as $$
begin
  if new.state <> 'submitted' or new.revision <> 1 then
    raise exception 'an onboarding begins by being submitted' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create function sekisho.keep_onboarding() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are neither changed nor removed', tg_table_name using errcode = 'integrity_constraint_violation';
end
$$;

create trigger a_begin before insert on sekisho.onboarding for each row execute function sekisho.begin_onboarding();
create trigger a_protect before update on sekisho.onboarding for each row execute function sekisho.protect_onboarding();
create trigger b_keep before delete or truncate on sekisho.onboarding for each statement execute function sekisho.keep_onboarding();
create trigger a_keep before update or delete or truncate on sekisho.onboarding_events
  for each statement execute function sekisho.keep_onboarding();

create table sekisho.attestations (
  id text primary key check (id ~ '^att_[0-9A-HJKMNP-TV-Z]{26}$'),
  program text not null check (octet_length(program) between 1 and 64),
  obligation text not null check (octet_length(obligation) between 1 and 64),
  -- SHA-256 of the text that was attested.
  obligation_hash text not null check (obligation_hash ~ '^[0-9a-f]{64}$'),
  statement text not null check (octet_length(statement) between 1 and 8192),
  by_principal text not null check (octet_length(by_principal) between 1 and 64),
  by_name text not null check (octet_length(by_name) between 1 and 128),
  by_authentication text not null check (by_authentication in ('passkey', 'sso-mfa', 'sso', 'none')),
  at timestamptz(3) not null,
  until timestamptz(3) not null check (until > at),
  withdrawn_at timestamptz(3),
  withdrawn_by text check (octet_length(withdrawn_by) between 1 and 128),
  withdrawn_reason text check (octet_length(withdrawn_reason) between 1 and 4096),
  check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null) = (withdrawn_reason is null))
);

create index attestations_newest on sekisho.attestations (at desc, id desc);

create function sekisho.protect_attestation() returns trigger language plpgsql as $$
begin
  if (new.id, new.program, new.obligation, new.obligation_hash, new.statement, new.by_principal, new.by_name, new.by_authentication, new.at, new.until)
    is distinct from
    (old.id, old.program, old.obligation, old.obligation_hash, old.statement, old.by_principal, old.by_name, old.by_authentication, old.at, old.until) then
    raise exception 'what was attested never changes' using errcode = 'integrity_constraint_violation';
  end if;
  if old.withdrawn_at is not null then
    raise exception 'a withdrawal is final' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create trigger a_protect before update on sekisho.attestations for each row execute function sekisho.protect_attestation();
create trigger b_keep before delete or truncate on sekisho.attestations for each statement execute function sekisho.keep_onboarding();
