//! Roles, schemas and extensions: what a server needs before the services can migrate themselves.

use crate::error::ClusterError;
use crate::server::Server;

/// One service's login and the schema it owns.
#[derive(Clone)]
pub struct ServiceRole {
    pub role: String,
    pub schema: String,
    pub password: String,
}

impl ServiceRole {
    /// The usual names: service `crm` has the role `nexus_crm` and the schema `crm`.
    pub fn of(service: &str, password: &str) -> Self {
        Self {
            role: format!("nexus_{service}"),
            schema: service.to_owned(),
            password: password.to_owned(),
        }
    }
}

/// Makes `database` with one role and schema per service. Repeating it changes nothing but the passwords given.
pub fn bootstrap(
    server: &Server,
    database: &str,
    roles: &[ServiceRole],
) -> Result<(), ClusterError> {
    let create = format!(
        "SELECT 'CREATE DATABASE {database}' WHERE NOT EXISTS \
         (SELECT FROM pg_database WHERE datname = '{database}') \\gexec\n"
    );
    server.run("postgres", &create)?;
    server.run(database, &schema_sql(database, roles)).map(drop)
}

/// The script that [`bootstrap`] runs inside the database; public so that a container can run the same.
pub fn schema_sql(database: &str, roles: &[ServiceRole]) -> String {
    let mut sql = format!(
        "SET client_min_messages = warning;\n\
         BEGIN;\n\
         SELECT pg_advisory_xact_lock(7302911) \\g /dev/null\n\
         REVOKE ALL ON DATABASE {database} FROM PUBLIC;\n\
         REVOKE ALL ON SCHEMA public FROM PUBLIC;\n\
         CREATE SCHEMA IF NOT EXISTS extensions;\n\
         CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;\n"
    );
    for role in roles {
        sql.push_str(&role_sql(database, role));
    }
    sql.push_str("COMMIT;\n");
    sql
}

/// Temporary tables are allowed: imports stage rows in them.
fn role_sql(
    database: &str,
    ServiceRole {
        role,
        schema,
        password,
    }: &ServiceRole,
) -> String {
    let password = password.replace('\'', "''");
    format!(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF; END $$;\n\
         ALTER ROLE {role} LOGIN NOCREATEDB NOCREATEROLE PASSWORD '{password}';\n\
         DO $$ BEGIN IF NOT pg_has_role('{role}', 'MEMBER') THEN GRANT {role} TO CURRENT_USER; END IF; END $$;\n\
         GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role};\n\
         CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role};\n\
         REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;\n\
         GRANT USAGE ON SCHEMA extensions TO {role};\n\
         ALTER ROLE {role} IN DATABASE {database} SET search_path = {schema}, extensions;\n"
    )
}
