use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::EmbeddedMigrations;
use nexus_config::{Secret, Settings};
use uuid::Uuid;

/// A schema of its own, gone when dropped.
pub struct TestDatabase {
    /// Leads into the schema, whoever connects with it.
    pub url: Secret,
    /// The schema's name.
    pub schema: String,
    /// Leads into the cluster, as its administrator.
    admin_url: String,
}

impl TestDatabase {
    /// A schema with nothing in it.
    #[must_use]
    pub fn empty() -> Self {
        Self::empty_in(base_url())
    }

    /// A schema with nothing in it, in the cluster that this administrator's URL leads to.
    #[must_use]
    pub fn empty_in(base: String) -> Self {
        let schema = format!("t_{}", Uuid::now_v7().simple());
        admin(&base)
            .batch_execute(&format!("CREATE SCHEMA {schema}"))
            .expect("the test database takes a new schema");
        let join = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{join}options=-csearch_path%3D{schema}%2Cextensions");
        Self {
            url: Secret::new(url),
            schema,
            admin_url: base,
        }
    }

    /// The schema brought up to date.
    #[must_use]
    pub fn migrated(self, migrations: EmbeddedMigrations) -> Self {
        nexus_db::migrate(&mut self.connect(), migrations).expect("the migrations apply");
        self
    }

    /// A connection into the schema.
    #[must_use]
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(self.url.expose()).expect("the test database accepts connections")
    }

    /// The name under which this schema's server connects.
    #[must_use]
    pub fn application_name(&self) -> String {
        format!("test-{}", &self.schema[self.schema.len() - 12..])
    }

    /// Cuts every connection of this schema's server, as a restart of PostgreSQL does.
    pub fn cut_connections(&self) {
        let name = self.application_name();
        admin(&self.admin_url)
            .batch_execute(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nexus-{name}'"
            ))
            .expect("the test database lets connections be cut");
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // What cannot be dropped is left behind in a throwaway cluster: no harm.
        if let Ok(mut conn) = PgConnection::establish(&self.admin_url) {
            let _left_behind = conn.batch_execute(&format!(
                "SET client_min_messages = warning; DROP SCHEMA {} CASCADE",
                self.schema
            ));
        }
    }
}

fn admin(url: &str) -> PgConnection {
    let mut conn = PgConnection::establish(url).expect("the test database runs: cargo x test-db");
    // One test at a time may be first to need it.
    conn.batch_execute(
        "SET client_min_messages = warning;
         SELECT pg_advisory_lock(20099);
         CREATE SCHEMA IF NOT EXISTS extensions;
         CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;
         SELECT pg_advisory_unlock(20099);",
    )
    .expect("the test database has pg_trgm");
    conn
}

fn base_url() -> String {
    let given: Option<String> = Settings::from_env().optional("NEXUS_TEST_DATABASE_URL");
    given.unwrap_or_else(|| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-pg/url");
        std::fs::read_to_string(file)
            .expect("a test database: start one with `cargo x test-db`")
            .trim()
            .to_owned()
    })
}
