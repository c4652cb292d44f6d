DROP TABLE key_split_shares;
DROP TABLE key_splits;
