// Tables of members as kysely sees them; the truth is in migrations/*.sql.

export interface MembersTables {}
