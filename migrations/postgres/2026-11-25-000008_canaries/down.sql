DROP TABLE canary_cases;
