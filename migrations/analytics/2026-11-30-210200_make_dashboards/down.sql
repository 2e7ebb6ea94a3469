DROP TABLE targets, dashboards;
