// Tables of access as kysely sees them; the truth is in migrations/*.sql.

export interface AccessTables {}
