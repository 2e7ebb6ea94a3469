UPDATE roles SET version = version + 1, updated_at = now(),
    permissions = ARRAY(SELECT p FROM unnest(permissions) AS p WHERE p !~ '^(analytics|targets):');
