DROP INDEX counts_owner;
