DROP TABLE security_log, signing_keys, tries, invitations, refresh_tokens, sessions, passwords, user_roles, users, roles,
  idempotency_keys, inbox_positions, events, outbox;
DROP FUNCTION refuse_change();
