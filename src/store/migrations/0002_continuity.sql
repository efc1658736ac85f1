-- What operators decided about who may be used (cuts, drills), what evaluations found out (evidence), and what was sent where (traffic).
--
-- Every insert or update of cuts, drills and evidence takes the next value of one sequence while it holds one advisory lock until its
-- transaction has committed, as in 0001. So the largest number is the version of the routing state: it rises with every change, and a
-- reader that has seen number n never misses what has a smaller one.

create sequence sekisho.routing_seq as bigint;

create function sekisho.lock_routing() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(x'73656b69'::int, 2);
  return null;
end
$$;

create function sekisho.number_routing() returns trigger language plpgsql as $$
begin
  new.change_seq := nextval('sekisho.routing_seq');
  return new;
end
$$;

create table sekisho.cuts (
  id text primary key check (id ~ '^cut_[0-9A-HJKMNP-TV-Z]{26}$'),
  selector text not null check (octet_length(selector) between 1 and 1024),
  reason text not null check (octet_length(reason) between 1 and 4096),
  made_by text not null check (octet_length(made_by) between 1 and 256),
  at timestamptz(3) not null,
  restored_at timestamptz(3),
  restored_by text check (octet_length(restored_by) between 1 and 256),
  restored_reason text check (octet_length(restored_reason) between 1 and 4096),
  change_seq bigint not null unique,
  check ((restored_at is null) = (restored_by is null) and (restored_at is null) = (restored_reason is null))
);

create index cuts_in_force on sekisho.cuts (at) where restored_at is null;

create table sekisho.drills (
  id text primary key check (id ~ '^drl_[0-9A-HJKMNP-TV-Z]{26}$'),
  selectors text[] not null
    check (cardinality(selectors) between 1 and 100 and array_position(selectors, null) is null and octet_length(array_to_string(selectors, '')) <= 16384),
  share double precision not null check (share >= 0 and share <= 1),
  canaries_only boolean not null,
  reason text not null check (octet_length(reason) between 1 and 4096),
  made_by text not null check (octet_length(made_by) between 1 and 256),
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null check (ends_at > starts_at and ends_at <= starts_at + interval '24 hours'),
  aborted_at timestamptz(3),
  aborted_by text check (octet_length(aborted_by) between 1 and 256),
  change_seq bigint not null unique,
  check ((aborted_at is null) = (aborted_by is null))
);

create index drills_open on sekisho.drills (ends_at) where aborted_at is null;

create table sekisho.evidence (
  change_seq bigint primary key,
  run text not null check (octet_length(run) between 1 and 64),
  route text not null check (octet_length(route) between 1 and 512),
  deployment text not null check (octet_length(deployment) between 1 and 256),
  model text not null check (octet_length(model) between 1 and 1024),
  score double precision not null check (score >= 0 and score <= 1),
  latency_ms_p50 double precision not null check (latency_ms_p50 >= 0),
  cost_per_case double precision check (cost_per_case >= 0),
  effective_model text check (octet_length(effective_model) <= 1024),
  at timestamptz(3) not null,
  cases_hash text not null check (cases_hash ~ '^[0-9a-f]{64}$')
);

-- The newest for each route and deployment is the one recorded last: a machine whose clock is ahead must not keep an old result in force.
create index evidence_newest on sekisho.evidence (route, deployment, change_seq desc);

-- More than a thousand cuts in force, or a hundred drills at once, are a fault of whoever makes them, and every request looks at each.
create function sekisho.limit_cuts() returns trigger language plpgsql as $$
begin
  if (select count(*) from sekisho.cuts where restored_at is null) >= 1000 then
    raise exception 'a thousand cuts are in force: restore some first' using errcode = 'program_limit_exceeded';
  end if;
  return new;
end
$$;

create function sekisho.limit_drills() returns trigger language plpgsql as $$
begin
  if (select count(*) from sekisho.drills where aborted_at is null and ends_at > now()) >= 100 then
    raise exception 'a hundred drills are running: abort some first' using errcode = 'program_limit_exceeded';
  end if;
  return new;
end
$$;

create function sekisho.protect_cut() returns trigger language plpgsql as $$
begin
  if (new.id, new.selector, new.reason, new.made_by, new.at) is distinct from (old.id, old.selector, old.reason, old.made_by, old.at) then
    raise exception 'a cut never changes: restore it and make another' using errcode = 'integrity_constraint_violation';
  end if;
  if old.restored_at is not null and (new.restored_at, new.restored_by, new.restored_reason)
    is distinct from (old.restored_at, old.restored_by, old.restored_reason) then
    raise exception 'restoring is final: make another cut' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create function sekisho.protect_drill() returns trigger language plpgsql as $$
begin
  if (new.id, new.selectors, new.share, new.canaries_only, new.reason, new.made_by, new.starts_at, new.ends_at)
    is distinct from (old.id, old.selectors, old.share, old.canaries_only, old.reason, old.made_by, old.starts_at, old.ends_at) then
    raise exception 'a drill never changes: abort it and start another' using errcode = 'integrity_constraint_violation';
  end if;
  if old.aborted_at is not null and (new.aborted_at, new.aborted_by) is distinct from (old.aborted_at, old.aborted_by) then
    raise exception 'aborting is final: start another drill' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create function sekisho.protect_evidence() returns trigger language plpgsql as $$
begin
  raise exception 'evidence never changes: newer evidence takes its place' using errcode = 'integrity_constraint_violation';
end
$$;

-- A row that is gone lowers no version: those who follow would not notice.
create function sekisho.refuse_erasure() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never removed', tg_table_name using errcode = 'integrity_constraint_violation';
end
$$;

create trigger a_lock_routing before insert or update on sekisho.cuts for each statement execute function sekisho.lock_routing();
create trigger b_limit before insert on sekisho.cuts for each row execute function sekisho.limit_cuts();
create trigger b_protect before update on sekisho.cuts for each row execute function sekisho.protect_cut();
create trigger c_number_routing before insert or update on sekisho.cuts for each row execute function sekisho.number_routing();
create trigger d_refuse_erasure before delete or truncate on sekisho.cuts for each statement execute function sekisho.refuse_erasure();

create trigger a_lock_routing before insert or update on sekisho.drills for each statement execute function sekisho.lock_routing();
create trigger b_limit before insert on sekisho.drills for each row execute function sekisho.limit_drills();
create trigger b_protect before update on sekisho.drills for each row execute function sekisho.protect_drill();
create trigger c_number_routing before insert or update on sekisho.drills for each row execute function sekisho.number_routing();
create trigger d_refuse_erasure before delete or truncate on sekisho.drills for each statement execute function sekisho.refuse_erasure();

create trigger a_lock_routing before insert or update on sekisho.evidence for each statement execute function sekisho.lock_routing();
create trigger b_protect before update on sekisho.evidence for each row execute function sekisho.protect_evidence();
create trigger c_number_routing before insert on sekisho.evidence for each row execute function sekisho.number_routing();
create trigger d_refuse_erasure before delete or truncate on sekisho.evidence for each statement execute function sekisho.refuse_erasure();

-- Single answers to evaluation cases. They only serve to go on with an interrupted run, and are forgotten some time later.
create table sekisho.case_results (
  run text not null check (octet_length(run) between 1 and 64),
  route text not null check (octet_length(route) between 1 and 512),
  deployment text not null check (octet_length(deployment) between 1 and 256),
  case_id text not null check (octet_length(case_id) between 1 and 512),
  passed boolean not null,
  score double precision not null check (score >= 0 and score <= 1),
  latency_ms double precision not null check (latency_ms >= 0),
  cost double precision check (cost >= 0),
  effective_model text check (octet_length(effective_model) <= 1024),
  problems text[] not null check (cardinality(problems) <= 100 and array_position(problems, null) is null),
  at timestamptz(3) not null,
  primary key (run, deployment, case_id)
);

create index case_results_newest on sekisho.case_results (route, at desc);
create index case_results_at on sekisho.case_results (at);

-- Sums per minute, and per hour once they are a day old. Hours are those of all nodes together: then node is empty.
create table sekisho.traffic (
  period_start timestamptz(0) not null,
  period_seconds integer not null check (period_seconds in (60, 3600)),
  node text not null check (octet_length(node) <= 128 and (node <> '' or period_seconds = 3600)),
  route text not null check (octet_length(route) <= 128),
  deployment text not null check (octet_length(deployment) <= 256),
  drill text not null check (octet_length(drill) <= 64),
  data_class text not null check (octet_length(data_class) <= 1024),
  cause text not null check (octet_length(cause) <= 128),
  sent bigint not null,
  ended bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  total_ms double precision not null,
  first_byte_ms double precision not null,
  -- Null while nothing has ended.
  first_at timestamptz(3),
  last_at timestamptz(3),
  primary key (period_start, period_seconds, node, route, deployment, drill, data_class, cause),
  check (least(sent, ended, input_tokens, output_tokens) >= 0 and total_ms >= 0 and first_byte_ms >= 0),
  check ((first_at is null) = (ended = 0) and (last_at is null) = (ended = 0)),
  check (mod(extract(epoch from period_start), period_seconds) = 0)
);

create index traffic_drill on sekisho.traffic (drill) where drill <> '';

-- The last write of each node, so that one whose answer was lost can be repeated without counting twice.
create table sekisho.traffic_writers (
  node text primary key check (octet_length(node) between 1 and 128),
  batch text not null check (octet_length(batch) between 1 and 64),
  at timestamptz(3) not null
);
