DELETE FROM local_holidays;
