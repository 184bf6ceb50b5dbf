"""One side effect each, idempotent. Activities see ports, never libraries."""
