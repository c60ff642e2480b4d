-- Everything the host keeps. Portable between SQLite and PostgreSQL: ids are assigned by the host, instants are
-- milliseconds since the Unix epoch, JSON is text, bytes are BYTEA (which SQLite takes as they are).

CREATE TABLE tenants (
    id BIGINT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The number of the live revision in `revisions`; null until the first is published.
    live BIGINT,
    -- The draft: which files it has, by path and content hash.
    draft TEXT,
    draft_by TEXT,
    draft_at BIGINT,
    -- When the tenant wants to be woken although nobody asks; null: never.
    wake_at BIGINT,
    created_at BIGINT NOT NULL
);

-- File contents by their BLAKE3, shared by all revisions and tenants.
CREATE TABLE contents (
    hash TEXT PRIMARY KEY,
    bytes BYTEA NOT NULL
);

-- Published revisions, numbered 1, 2, 3 … per tenant. A rollback publishes an old one under a new number.
CREATE TABLE revisions (
    tenant BIGINT NOT NULL,
    number BIGINT NOT NULL,
    revision TEXT NOT NULL,
    files TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- The event with which it went live, and the slugs of its rules: journal and traces name rules by number.
    first_seq BIGINT NOT NULL,
    rules TEXT NOT NULL,
    PRIMARY KEY (tenant, number)
);

-- One row a command: what was asked and everything that followed from it. The key makes forks impossible: two owners of
-- one tenant cannot both append.
CREATE TABLE journal (
    tenant BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    event_version INTEGER NOT NULL,
    principal TEXT NOT NULL,
    command TEXT NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (tenant, first_seq)
);

-- Why it was decided so: the decisions of one command on one conversation.
CREATE TABLE traces (
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    decisions TEXT NOT NULL,
    PRIMARY KEY (tenant, conversation, seq)
);

-- Where each conversation is, for lists; follows from the journal.
CREATE TABLE conversations (
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    channel INTEGER NOT NULL,
    place TEXT NOT NULL,
    group_id INTEGER,
    agent_id INTEGER,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, conversation)
);
CREATE INDEX conversations_by_place ON conversations (tenant, place, conversation);

-- Which later journal rows touch a conversation; its first one is in `conversations`.
CREATE TABLE conversation_rows (
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    PRIMARY KEY (tenant, conversation, first_seq)
);

CREATE TABLE snapshots (
    tenant BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    bytes BYTEA NOT NULL
);

CREATE TABLE users (
    tenant BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    agent TEXT,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    tenant BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    tenant BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    agent TEXT,
    hash TEXT NOT NULL UNIQUE,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_tenant ON tokens (tenant, id);

-- What was answered to a create, so that asking again answers the same.
CREATE TABLE idempotency (
    tenant BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_by_age ON idempotency (at);

CREATE TABLE audit (
    tenant BIGINT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    principal TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
