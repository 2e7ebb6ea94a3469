DROP TABLE mirror_rebuilds;
