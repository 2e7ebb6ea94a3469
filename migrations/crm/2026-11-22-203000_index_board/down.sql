DROP INDEX opportunities_board;
