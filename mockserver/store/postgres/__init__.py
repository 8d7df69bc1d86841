"""The store that several processes share: a PostgreSQL database, accessed with asyncpg."""
