-- Modules that tenants have uploaded. The bytes are in `contents`; what is compiled from them is kept in memory only.
CREATE TABLE modules (
    tenant BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- What there is to know about it: size, hooks, contract, imports.
    info TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, hash)
);
