-- Principals and their API keys, with change numbers that a reader can follow.
--
-- Every insert or update of either table takes the next value of one sequence while it holds one advisory lock, and the lock is held
-- until the transaction has committed. So change numbers become visible in rising order: a reader that has seen number n will never be
-- shown a smaller one later, and asking for "change_seq > n" misses nothing however many writers there are.

create sequence sekisho.change_seq as bigint;

create table sekisho.principals (
  id text primary key check (id ~ '^prn_[0-9A-HJKMNP-TV-Z]{26}$'),
  name text not null unique check (octet_length(name) between 1 and 128),
  kind text not null check (kind in ('person', 'service', 'agent')),
  created_at timestamptz(3) not null,
  disabled_at timestamptz(3),
  change_seq bigint not null unique
);

create table sekisho.api_keys (
  id text primary key check (id ~ '^[0-9a-hjkmnp-tv-z]{16}$'),
  principal_id text not null references sekisho.principals (id),
  -- HMAC-SHA-256 under a pepper that is not in this database.
  mac bytea not null check (octet_length(mac) = 32),
  label text not null default '' check (octet_length(label) <= 256),
  roles text[] not null default '{caller}'
    check (cardinality(roles) > 0 and roles <@ array['caller', 'operator', 'auditor'] and array_position(roles, null) is null),
  -- null: every route.
  routes text[] check (cardinality(routes) > 0 and array_position(routes, null) is null),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  revoked_reason text check (octet_length(revoked_reason) <= 1024),
  change_seq bigint not null unique,
  check ((revoked_at is null) = (revoked_reason is null))
);

create index api_keys_principal_id on sekisho.api_keys (principal_id);

-- Once per statement and before any row is locked: writers queue here and cannot deadlock on rows.
create function sekisho.lock_changes() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(x'73656b69'::int, 1);
  return null;
end
$$;

create function sekisho.number_change() returns trigger language plpgsql as $$
begin
  new.change_seq := nextval('sekisho.change_seq');
  return new;
end
$$;

create function sekisho.protect_principal() returns trigger language plpgsql as $$
begin
  if (new.id, new.created_at) is distinct from (old.id, old.created_at) then
    raise exception 'the id and creation time of a principal never change' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create function sekisho.protect_api_key() returns trigger language plpgsql as $$
begin
  if (new.id, new.principal_id, new.mac, new.created_at) is distinct from (old.id, old.principal_id, old.mac, old.created_at) then
    raise exception 'the id, owner, MAC and creation time of a key never change' using errcode = 'integrity_constraint_violation';
  end if;
  if old.revoked_at is not null and (new.revoked_at, new.revoked_reason) is distinct from (old.revoked_at, old.revoked_reason) then
    raise exception 'a revocation is final' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

-- A deleted row would never reach those who follow change numbers: they would keep accepting the key.
create function sekisho.refuse_removal() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are not removed: revoke the key or disable the principal', tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;

create trigger a_lock_changes before insert or update on sekisho.principals for each statement execute function sekisho.lock_changes();
create trigger b_protect before update on sekisho.principals for each row execute function sekisho.protect_principal();
create trigger c_number_change before insert or update on sekisho.principals for each row execute function sekisho.number_change();
create trigger d_refuse_removal before delete or truncate on sekisho.principals for each statement execute function sekisho.refuse_removal();

create trigger a_lock_changes before insert or update on sekisho.api_keys for each statement execute function sekisho.lock_changes();
create trigger b_protect before update on sekisho.api_keys for each row execute function sekisho.protect_api_key();
create trigger c_number_change before insert or update on sekisho.api_keys for each row execute function sekisho.number_change();
create trigger d_refuse_removal before delete or truncate on sekisho.api_keys for each statement execute function sekisho.refuse_removal();
