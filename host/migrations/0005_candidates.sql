-- Candidates 候选: rulesets on their way from draft to live, numbered 1, 2, 3 … per tenant.
CREATE TABLE candidates (
    tenant BIGINT NOT NULL,
    number BIGINT NOT NULL,
    -- draft, checked, tested, simulated, shadow, canary; and how it ended: live, rolled-back, withdrawn.
    stage TEXT NOT NULL,
    files TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- What the check made of it: its revision, and the slugs of its rules.
    revision TEXT,
    rules TEXT,
    -- How its rule tests went, the report of its simulation, what it would have decided otherwise, its canary, and why
    -- it ended: JSON.
    tests TEXT,
    report TEXT,
    differences TEXT,
    canary TEXT,
    ended TEXT,
    -- The event with which its canary began.
    canary_seq BIGINT,
    -- The revision that it became.
    live_number BIGINT,
    PRIMARY KEY (tenant, number)
);
