DROP TABLE duplicate_candidates;
DROP TABLE search_texts;
