ALTER INDEX clients_search SET (fastupdate = off);
ALTER INDEX clients_search RESET (gin_pending_list_limit);
ALTER INDEX opportunities_search SET (fastupdate = off);
ALTER INDEX opportunities_search RESET (gin_pending_list_limit);
