-- Tool calls that wait for a person, what counts against principals and what came of it, and the cases about it.
--
-- Holds and standings are part of what every worker keeps a copy of: their changes take numbers of sekisho.access_seq as 0005 says.
-- Values stand in one column only, sealed under a secret that is not in this database: holds.sealed_call.

create table sekisho.holds (
  id text primary key check (id ~ '^hld_[0-9A-HJKMNP-TV-Z]{26}$'),
  principal_id text not null references sekisho.principals (id),
  grant_id text not null check (octet_length(grant_id) between 1 and 64),
  request_id text not null check (octet_length(request_id) between 1 and 64),
  route text not null check (octet_length(route) between 1 and 512),
  deployment text not null check (octet_length(deployment) between 1 and 256),
  -- As a model wrote it, cut.
  tool text not null check (octet_length(tool) between 1 and 256),
  -- Null: erased, some time after the hold came to its end.
  sealed_call bytea check (octet_length(sealed_call) between 29 and 2000000),
  reason_codes text[] not null
    check (cardinality(reason_codes) between 1 and 32 and array_position(reason_codes, null) is null
      and octet_length(array_to_string(reason_codes, '')) <= 2048),
  -- HMAC-SHA-256 of tool, arguments and grant under a secret that is not in this database.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  tainted boolean not null,
  created_at timestamptz(3) not null,
  -- Of a waiting hold: until when somebody may decide. Of an approved one: until when the call may be delivered.
  expires_at timestamptz(3) not null check (expires_at > created_at),
  state text not null check (state in ('waiting', 'approved', 'denied', 'expired', 'delivered')),
  decided_by text check (octet_length(decided_by) between 1 and 64),
  decided_by_name text check (octet_length(decided_by_name) between 1 and 256),
  decided_at timestamptz(3),
  decision_reason text check (octet_length(decision_reason) between 1 and 4096),
  delivered_at timestamptz(3),
  -- The request that got the call: another one than asked for it, when the client came back.
  delivered_request_id text check (octet_length(delivered_request_id) between 1 and 64),
  change_seq bigint not null unique,
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (decided_by_name is null)
    and (decided_at is null) = (decision_reason is null)),
  check (case state when 'waiting' then decided_at is null when 'expired' then true else decided_at is not null end),
  check ((delivered_at is null) = (delivered_request_id is null) and (delivered_at is not null) = (state = 'delivered')),
  -- Nobody decides about a call of their own.
  check (decided_by is distinct from principal_id)
);

-- What is sealed does not shrink, and trying costs time.
alter table sekisho.holds alter column sealed_call set storage external;

create index holds_waiting on sekisho.holds (principal_id, created_at) where state = 'waiting';
create index holds_open on sekisho.holds (fingerprint) where state in ('waiting', 'approved');
create index holds_ending on sekisho.holds (expires_at) where state in ('waiting', 'approved');
create index holds_principal on sekisho.holds (principal_id, id desc);
create index holds_sealed on sekisho.holds (created_at) where sealed_call is not null and state in ('denied', 'expired', 'delivered');

create function sekisho.protect_hold() returns trigger language plpgsql as $$
begin
  if (new.id, new.principal_id, new.grant_id, new.request_id, new.route, new.deployment, new.tool, new.reason_codes, new.fingerprint,
      new.tainted, new.created_at)
    is distinct from (old.id, old.principal_id, old.grant_id, old.request_id, old.route, old.deployment, old.tool, old.reason_codes,
      old.fingerprint, old.tainted, old.created_at) then
    raise exception 'what a hold is about never changes' using errcode = 'integrity_constraint_violation';
  end if;
  if new.sealed_call is distinct from old.sealed_call
    and (new.sealed_call is not null or old.state not in ('denied', 'expired', 'delivered')) then
    raise exception 'a held call never changes, and is erased only after its end' using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> old.state and (old.state, new.state) not in
    (('waiting', 'approved'), ('waiting', 'denied'), ('waiting', 'expired'), ('approved', 'delivered'), ('approved', 'expired')) then
    raise exception 'a hold that is % does not become %', old.state, new.state using errcode = 'integrity_constraint_violation';
  end if;
  if (old.state <> 'waiting' or new.state not in ('approved', 'denied')) and
    (new.decided_by, new.decided_by_name, new.decided_at, new.decision_reason, new.expires_at)
    is distinct from (old.decided_by, old.decided_by_name, old.decided_at, old.decision_reason, old.expires_at) then
    raise exception 'a decision is made once, and final' using errcode = 'integrity_constraint_violation';
  end if;
  if (old.state <> 'approved' or new.state <> 'delivered') and (new.delivered_at, new.delivered_request_id)
    is distinct from (old.delivered_at, old.delivered_request_id) then
    raise exception 'a call is delivered once' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

-- A row cannot come into the table as approved: somebody has to have decided.
create function sekisho.begin_hold() returns trigger language plpgsql as $$
begin
  if new.state <> 'waiting' or new.sealed_call is null then
    raise exception 'a hold begins by waiting' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create trigger a_lock_access before insert or update on sekisho.holds for each statement execute function sekisho.lock_access();
create trigger b_begin before insert on sekisho.holds for each row execute function sekisho.begin_hold();
create trigger b_protect before update on sekisho.holds for each row execute function sekisho.protect_hold();
create trigger c_number_access before insert or update on sekisho.holds for each row execute function sekisho.number_access();
create trigger d_refuse_erasure before delete or truncate on sekisho.holds for each statement execute function sekisho.refuse_erasure();

-- Cases of misuse, or of what looked like it.
create table sekisho.cases (
  id text primary key check (id ~ '^cas_[0-9A-HJKMNP-TV-Z]{26}$'),
  -- Null: a provider complained of somebody whom we do not know.
  principal_id text references sekisho.principals (id),
  cause text not null check (cause in ('signals', 'provider-notice', 'person')),
  state text not null check (state in ('open', 'appealed', 'closed')),
  opened_at timestamptz(3) not null,
  closed_at timestamptz(3),
  vendor text check (octet_length(vendor) between 1 and 128),
  vendor_case_id text check (octet_length(vendor_case_id) between 1 and 256),
  vendor_notice text check (vendor_notice in ('warning', 'deactivation')),
  vendor_reason text check (octet_length(vendor_reason) between 1 and 512),
  -- The pseudonym under which the vendor knows somebody.
  entity_identifier text check (octet_length(entity_identifier) between 1 and 256),
  -- People who put somebody under restriction here: they do not answer the appeal.
  imposed_by text[] not null default '{}'
    check (cardinality(imposed_by) <= 100 and array_position(imposed_by, null) is null and octet_length(array_to_string(imposed_by, '')) <= 6400),
  appeals integer not null default 0 check (appeals between 0 and 100),
  check ((closed_at is null) = (state <> 'closed')),
  check ((vendor_case_id is null) = (vendor is null) and (vendor_case_id is null) = (vendor_notice is null)),
  check (principal_id is not null or vendor_case_id is not null)
);

create unique index cases_vendor on sekisho.cases (vendor, vendor_case_id);
-- One at a time: what else happens extends it.
create unique index cases_open on sekisho.cases (principal_id) where state <> 'closed' and principal_id is not null;
create index cases_principal on sekisho.cases (principal_id, id desc);

create table sekisho.case_events (
  id bigint generated always as identity primary key,
  case_id text not null references sekisho.cases (id),
  at timestamptz(3) not null,
  kind text not null
    check (kind in ('opened', 'standing-changed', 'provider-notice', 'comment', 'appeal', 'appeal-answered', 'pack-made', 'closed')),
  -- Null: nobody, it happened by itself.
  by_principal text check (octet_length(by_principal) between 1 and 64),
  by_name text check (octet_length(by_name) between 1 and 256),
  text text check (octet_length(text) between 1 and 16384),
  facts jsonb not null default '{}' check (octet_length(facts::text) <= 8192),
  check ((by_principal is null) = (by_name is null))
);

create index case_events_case on sekisho.case_events (case_id, id);

-- What has been counted against a principal. Beyond a bound per minute, a row stands for several of one kind.
create table sekisho.misuse_signals (
  id text primary key check (id ~ '^sig_[0-9A-HJKMNP-TV-Z]{26}$'),
  principal_id text not null references sekisho.principals (id),
  kind text not null check (kind ~ '^[a-z][a-z-]{0,63}$'),
  weight double precision not null check (weight >= 0 and weight <= 1000),
  request_id text check (octet_length(request_id) between 1 and 64),
  at timestamptz(3) not null,
  -- Set exactly on the row that counts what came beyond the bound, to the minute in question.
  overflow_minute timestamptz(0),
  count bigint not null default 1 check (count >= 1),
  -- Codes, counts and ids; no values.
  evidence jsonb not null default '{}' check (octet_length(evidence::text) <= 8192),
  case_id text references sekisho.cases (id)
);

create unique index misuse_signals_overflow on sekisho.misuse_signals (principal_id, overflow_minute, kind) where overflow_minute is not null;
create index misuse_signals_principal on sekisho.misuse_signals (principal_id, at desc);
create index misuse_signals_case on sekisho.misuse_signals (case_id, at desc) where case_id is not null;
create index misuse_signals_at on sekisho.misuse_signals (at);

-- No row: clear, and nothing was ever counted.
create table sekisho.standings (
  principal_id text primary key references sekisho.principals (id),
  standing text not null check (standing in ('clear', 'review', 'restricted', 'suspended')),
  -- The sum of `parts`, as of updated_at; it has decayed since.
  score double precision not null check (score >= 0 and score <= 100000),
  -- Points by kind of signal, each with its own half-life.
  parts jsonb not null check (octet_length(parts::text) <= 8192),
  updated_at timestamptz(3) not null,
  standing_since timestamptz(3) not null,
  reason text not null check (octet_length(reason) between 1 and 4096),
  case_id text references sekisho.cases (id),
  -- Who set it; null: signals did, and a review ends by itself.
  set_by text check (octet_length(set_by) between 1 and 64),
  change_seq bigint not null unique
);

create index standings_not_clear on sekisho.standings (standing, updated_at) where standing <> 'clear';

create function sekisho.protect_standing() returns trigger language plpgsql as $$
begin
  if new.principal_id <> old.principal_id then
    raise exception 'a standing belongs to one principal' using errcode = 'integrity_constraint_violation';
  end if;
  -- Signals alone never let anybody back in.
  if old.standing in ('restricted', 'suspended') and new.set_by is null
    and array_position(array['clear', 'review', 'restricted', 'suspended'], new.standing)
      < array_position(array['clear', 'review', 'restricted', 'suspended'], old.standing) then
    raise exception 'only a person lifts a restriction' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create function sekisho.protect_case() returns trigger language plpgsql as $$
begin
  if (new.id, new.principal_id, new.cause, new.opened_at) is distinct from (old.id, old.principal_id, old.cause, old.opened_at) then
    raise exception 'whom a case is about never changes' using errcode = 'integrity_constraint_violation';
  end if;
  if old.state = 'closed' and new is distinct from old then
    raise exception 'a closed case stays as it is: open another' using errcode = 'integrity_constraint_violation';
  end if;
  if not (new.imposed_by @> old.imposed_by) or new.appeals < old.appeals then
    raise exception 'what was done in a case is not undone' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create function sekisho.protect_case_event() returns trigger language plpgsql as $$
begin
  raise exception 'the timeline of a case never changes' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger a_lock_access before insert or update on sekisho.standings for each statement execute function sekisho.lock_access();
create trigger b_protect before update on sekisho.standings for each row execute function sekisho.protect_standing();
create trigger c_number_access before insert or update on sekisho.standings for each row execute function sekisho.number_access();
create trigger d_refuse_erasure before delete or truncate on sekisho.standings for each statement execute function sekisho.refuse_erasure();

create trigger b_protect before update on sekisho.cases for each row execute function sekisho.protect_case();
create trigger d_refuse_erasure before delete or truncate on sekisho.cases for each statement execute function sekisho.refuse_erasure();

create trigger b_protect before update on sekisho.case_events for each row execute function sekisho.protect_case_event();
create trigger d_refuse_erasure before delete or truncate on sekisho.case_events for each statement execute function sekisho.refuse_erasure();

-- Webhooks of providers that were taken in, so that none is taken twice; forgotten some time after nobody would accept it any more.
create table sekisho.webhook_receipts (
  id text primary key check (octet_length(id) between 1 and 256),
  received_at timestamptz(3) not null
);

create index webhook_receipts_at on sekisho.webhook_receipts (received_at);
