-- On Postgres nodes hear of each other's changes. A file has one node, and this keeps the numbers equal.
SELECT 1;
