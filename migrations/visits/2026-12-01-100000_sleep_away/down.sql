DROP TABLE nights;
DROP TABLE stays;
