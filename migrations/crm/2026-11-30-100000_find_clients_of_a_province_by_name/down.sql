DROP INDEX clients_province_name;
