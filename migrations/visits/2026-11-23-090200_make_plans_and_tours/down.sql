DROP TABLE plans;
DROP TABLE stops;
DROP TABLE tours;
