-- What entitlement canaries found, and names that only one node holds at a time.
--
-- A record is never changed: it says what was seen at one moment. Old ones are removed as a whole.

create table sekisho.canary_runs (
  id text primary key check (id ~ '^cnr_[0-9A-HJKMNP-TV-Z]{26}$'),
  deployment text not null check (octet_length(deployment) between 1 and 256),
  -- null: no program was asked for.
  program text check (octet_length(program) between 1 and 64),
  route text not null check (octet_length(route) between 1 and 256),
  at timestamptz(3) not null,
  result text not null check (result in ('entitled', 'refused', 'program-mismatch', 'model-mismatch', 'unreachable')),
  kind text check (octet_length(kind) <= 512),
  code text check (octet_length(code) <= 512),
  effective_model text check (octet_length(effective_model) <= 512),
  effective_program text check (octet_length(effective_program) <= 512),
  request_id text check (octet_length(request_id) <= 512),
  latency_ms integer not null check (latency_ms >= 0)
);

-- The state of one canary is in its newest records.
create index canary_runs_newest on sekisho.canary_runs (deployment, coalesce(program, ''), at desc, id desc);
create index canary_runs_at on sekisho.canary_runs (at desc, id desc);

create function sekisho.protect_canary_run() returns trigger language plpgsql as $$
begin
  raise exception 'what a canary found never changes' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger a_protect before update on sekisho.canary_runs for each row execute function sekisho.protect_canary_run();

-- Held until a moment by this server's clock, whatever the clocks of the nodes say. Holding one gives no right to anything but its name.
create table sekisho.leases (
  name text primary key check (octet_length(name) between 1 and 512),
  held_until timestamptz not null
);
