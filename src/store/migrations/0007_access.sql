-- Applications, screening and grants.
--
-- An application and a grant are documents with columns for what is asked about them. The rules of who may do what are the program's; what
-- is said again here is what must hold whatever the program does: what is decided stays decided, nobody's approval counts for themselves,
-- a grant never grows, and no row goes.

create table sekisho.applications (
  id text primary key check (id ~ '^app_[0-9A-HJKMNP-TV-Z]{26}$'),
  owner_id text not null references sekisho.principals (id),
  -- Who would use the grant; null while a draft names no service that exists.
  principal_id text references sekisho.principals (id),
  state text not null
    check (state in ('draft', 'submitted', 'screening', 'screened', 'approved', 'rejected', 'withdrawn', 'appealed')),
  tier smallint check (tier in (1, 2)),
  version integer not null check (version >= 1),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  submitted_at timestamptz(3),
  document jsonb not null check (octet_length(document::text) <= 4000000),
  check (state in ('draft', 'withdrawn') or (submitted_at is not null and principal_id is not null and tier is not null))
);

create index applications_owner on sekisho.applications (owner_id, id desc);
create index applications_principal on sekisho.applications (principal_id);
create index applications_state on sekisho.applications (state, id desc);

create function sekisho.protect_application() returns trigger language plpgsql as $$
begin
  if (new.id, new.owner_id, new.created_at) is distinct from (old.id, old.owner_id, old.created_at) then
    raise exception 'the id, owner and creation time of an application never change' using errcode = 'integrity_constraint_violation';
  end if;
  if old.state in ('approved', 'withdrawn') then
    raise exception 'an application that is % never changes', old.state using errcode = 'integrity_constraint_violation';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'the version of an application rises by one' using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> old.state and (old.state, new.state) not in (
    ('draft', 'submitted'), ('draft', 'withdrawn'), ('submitted', 'screening'), ('submitted', 'withdrawn'), ('screening', 'screened'),
    ('screening', 'withdrawn'), ('screened', 'approved'), ('screened', 'rejected'), ('screened', 'withdrawn'), ('rejected', 'appealed'),
    ('appealed', 'screening'), ('appealed', 'withdrawn')) then
    raise exception 'an application that is % does not become %', old.state, new.state using errcode = 'integrity_constraint_violation';
  end if;
  if old.state <> 'draft'
    and (new.principal_id, new.tier, new.document->'form') is distinct from (old.principal_id, old.tier, old.document->'form') then
    raise exception 'what was submitted never changes' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create trigger b_protect before update on sekisho.applications for each row execute function sekisho.protect_application();
create trigger d_refuse_erasure before delete or truncate on sekisho.applications for each statement execute function sekisho.refuse_erasure();

create table sekisho.grants (
  id text primary key check (id ~ '^grt_[0-9A-HJKMNP-TV-Z]{26}$'),
  application_id text not null unique references sekisho.applications (id),
  principal_id text not null references sekisho.principals (id),
  owner_id text not null references sekisho.principals (id),
  tier smallint not null check (tier in (1, 2)),
  state text not null check (state in ('active', 'suspended', 'revoked', 'ended')),
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  recertify_by timestamptz(3) not null,
  approved_by text[] not null
    check (cardinality(approved_by) >= tier and cardinality(approved_by) <= 10 and array_position(approved_by, null) is null),
  version integer not null check (version >= 1),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- Each of these is there: what is compared with nothing would compare as nothing.
  document jsonb not null check (
    octet_length(document::text) <= 2000000
    and jsonb_typeof(document->'capabilities') is not distinct from 'array' and jsonb_typeof(document->'programs') is not distinct from 'array'
    and jsonb_typeof(document->'conditions') is not distinct from 'array' and jsonb_typeof(document->'conditionsMet') is not distinct from 'array'
    and jsonb_typeof(document->'scope') is not distinct from 'object'
  ),
  change_seq bigint not null unique,
  check (ends_at > starts_at and ends_at <= starts_at + case tier when 1 then interval '365 days' else interval '180 days' end),
  -- Nobody approves for themselves, and two approvals are of two people.
  check (not approved_by && array[principal_id, owner_id]),
  check (cardinality(approved_by) = 1 or approved_by[1] <> approved_by[2])
);

create index grants_principal on sekisho.grants (principal_id, id);
create index grants_owner on sekisho.grants (owner_id, id);
create index grants_due on sekisho.grants (least(recertify_by, ends_at)) where state = 'active';

create function sekisho.protect_grant() returns trigger language plpgsql as $$
begin
  if (new.id, new.application_id, new.principal_id, new.owner_id, new.tier, new.starts_at, new.approved_by, new.created_at)
    is distinct from
    (old.id, old.application_id, old.principal_id, old.owner_id, old.tier, old.starts_at, old.approved_by, old.created_at) then
    raise exception 'whose grant it is, from when, and who approved it never change' using errcode = 'integrity_constraint_violation';
  end if;
  if old.state in ('revoked', 'ended') then
    raise exception 'a grant that is % never changes', old.state using errcode = 'integrity_constraint_violation';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'the version of a grant rises by one' using errcode = 'integrity_constraint_violation';
  end if;
  if new.ends_at > old.ends_at
    or not (old.document->'capabilities') @> (new.document->'capabilities')
    or not (old.document->'programs') @> (new.document->'programs')
    or not (new.document->'conditions') @> (old.document->'conditions') then
    raise exception 'a grant never grows: it takes another application' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

-- Only what an application that was approved came to.
create function sekisho.begin_grant() returns trigger language plpgsql as $$
begin
  perform from sekisho.applications
    where id = new.application_id and state = 'approved' and principal_id = new.principal_id and owner_id = new.owner_id and tier >= new.tier;
  if not found then
    raise exception 'a grant is made of an application that was approved' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create trigger a_lock_access before insert or update on sekisho.grants for each statement execute function sekisho.lock_access();
create trigger b_begin before insert on sekisho.grants for each row execute function sekisho.begin_grant();
create trigger b_protect before update on sekisho.grants for each row execute function sekisho.protect_grant();
create trigger c_number_access before insert or update on sekisho.grants for each row execute function sekisho.number_access();
create trigger d_refuse_erasure before delete or truncate on sekisho.grants for each statement execute function sekisho.refuse_erasure();

-- What was done with an application or its grant, in order. The reasons are here; the ledger has their hashes.
create table sekisho.application_events (
  id bigint generated always as identity primary key,
  application_id text not null references sekisho.applications (id),
  grant_id text references sekisho.grants (id),
  -- Of the application or the grant after the act: an act happens once.
  version integer not null check (version >= 1),
  at timestamptz(3) not null,
  by_principal text not null references sekisho.principals (id),
  by_name text not null check (octet_length(by_name) between 1 and 256),
  type text not null check (type ~ '^[a-z][a-z-]{0,63}$'),
  reason text check (octet_length(reason) between 1 and 16384),
  facts jsonb not null check (octet_length(facts::text) <= 65536),
  unique nulls not distinct (application_id, grant_id, version)
);

create function sekisho.protect_event() returns trigger language plpgsql as $$
begin
  raise exception 'what was done never changes' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger a_protect before update on sekisho.application_events for each row execute function sekisho.protect_event();
create trigger d_refuse_erasure before delete or truncate on sekisho.application_events for each statement execute function sekisho.refuse_erasure();

-- Documents that applicants and screeners attached.
create table sekisho.application_evidence (
  id text primary key check (id ~ '^evi_[0-9A-HJKMNP-TV-Z]{26}$'),
  application_id text not null references sekisho.applications (id),
  file_name text not null check (octet_length(file_name) between 1 and 512),
  media_type text not null check (octet_length(media_type) between 3 and 128),
  sha256 bytea not null,
  content bytea not null check (octet_length(content) between 1 and 5242880),
  check (sha256 = sha256(content))
);

-- Documents are compressed already.
alter table sekisho.application_evidence alter column content set storage external;

create index application_evidence_application on sekisho.application_evidence (application_id, id);

create trigger a_protect before update on sekisho.application_evidence for each row execute function sekisho.protect_event();
create trigger d_refuse_erasure before delete or truncate on sekisho.application_evidence
  for each statement execute function sekisho.refuse_erasure();
