DROP TABLE audit_cosignatures;
DROP TABLE audit_checkpoints;
DROP TABLE audit_subtrees;
DROP FUNCTION audit_tree_append_only;
