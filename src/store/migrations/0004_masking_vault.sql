-- How conversations were masked, sealed, so that they can go on by an answer's id instead of their history.
--
-- Rows are named by a keyed hash: the database holds no id that a provider gave. What is sealed can be opened only with a secret that is
-- not in the database, and only under the name and tenant of its own row.

create table sekisho.masking_vault (
  name bytea primary key check (octet_length(name) = 32),
  -- The principal of the key that the conversation was held with.
  tenant text not null check (octet_length(tenant) between 1 and 256),
  sealed bytea not null check (octet_length(sealed) between 29 and 1100000),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at > created_at)
);

-- What is sealed does not shrink, and trying costs time.
alter table sekisho.masking_vault alter column sealed set storage external;

create index masking_vault_expires_at on sekisho.masking_vault (expires_at);
