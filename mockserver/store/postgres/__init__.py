"""The store that several processes share: a PostgreSQL database, reached by asyncpg."""
