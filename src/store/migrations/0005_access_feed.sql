-- One sequence of change numbers for everything a worker keeps a copy of for access decisions: members, grants, standings, decided holds.
-- Same discipline as in 0001: numbers become visible in rising order, so a reader that has seen n misses nothing below it.

create sequence sekisho.access_seq as bigint;

create function sekisho.lock_access() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(x'73656b69'::int, 3);
  return null;
end
$$;

create function sekisho.number_access() returns trigger language plpgsql as $$
begin
  new.change_seq := nextval('sekisho.access_seq');
  return new;
end
$$;
