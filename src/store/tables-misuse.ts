// Tables of misuse as kysely sees them; the truth is in migrations/*.sql.

export interface MisuseTables {}
