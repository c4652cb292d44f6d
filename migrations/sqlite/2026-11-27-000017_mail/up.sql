-- Where a user is told by e-mail that something waits, sealed for that user; and how far they are told.
CREATE TABLE mail_addresses (
    user_id    TEXT   NOT NULL PRIMARY KEY REFERENCES users (id),
    sealed     BLOB   NOT NULL,
    set_at     BIGINT NOT NULL,
    told_to    BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    mailed_at  BIGINT
) WITHOUT ROWID;
