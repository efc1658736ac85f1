-- Whom a provider means by a pseudonym. A person's follows from who it is; those of the end users that a service names are many, and a
-- provider that complains about one has to be answered.

create table sekisho.pseudonyms (
  pseudonym text primary key check (octet_length(pseudonym) between 1 and 128),
  principal_id text not null references sekisho.principals (id),
  -- As the service named it; null: the principal itself.
  end_user text check (octet_length(end_user) between 1 and 256),
  first_at timestamptz(3) not null
);
