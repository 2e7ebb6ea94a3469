-- Entries of the search indexes wait in a short list and go in together: an import costs a third. The list is kept short
-- because a search reads all of it.
ALTER INDEX clients_search SET (fastupdate = on, gin_pending_list_limit = 512);
ALTER INDEX opportunities_search SET (fastupdate = on, gin_pending_list_limit = 512);
