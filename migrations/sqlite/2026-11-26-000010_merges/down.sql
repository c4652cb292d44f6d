DROP TABLE case_merge_places;
DROP TABLE case_merge_rows;
DROP TABLE case_merges;
