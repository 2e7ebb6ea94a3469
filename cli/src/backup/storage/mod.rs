//! Backups elsewhere: S3-compatible storage, of whatever maker. What is stored there is sealed before it leaves this machine.

mod s3;
mod sign;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use clap::Args;

use self::s3::Bucket;
use super::{given, retention};

#[derive(Args, Clone, Default)]
pub struct StorageArgs {
    /// S3-compatible storage to save to as well, as `https://host/bucket` or `https://host/bucket/folder`. Its keys are
    /// `NEXUS_BACKUP_S3_KEY` and `NEXUS_BACKUP_S3_SECRET` (or `…_FILE`).
    #[arg(long, env = "NEXUS_BACKUP_S3_URL", hide_env_values = true)]
    s3: Option<String>,
    /// The storage's region, where it has such a thing.
    #[arg(long, env = "NEXUS_BACKUP_S3_REGION")]
    s3_region: Option<String>,
}

/// Where backups go beside the folder, if anywhere.
pub struct Storage {
    bucket: Bucket,
    runtime: tokio::runtime::Runtime,
}

impl StorageArgs {
    /// `None` when none is named.
    pub fn open(&self) -> Result<Option<Storage>> {
        let Some(url) = self.s3.as_deref().filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        let region = self.s3_region.as_deref().filter(|text| !text.is_empty());
        let bucket = Bucket::new(
            url,
            region.unwrap_or("us-east-1"),
            secret("NEXUS_BACKUP_S3_KEY")?,
            secret("NEXUS_BACKUP_S3_SECRET")?,
        )?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Some(Storage { bucket, runtime }))
    }
}

impl Storage {
    /// Sends a backup, sees that it is there, and lets older ones go that are no longer needed.
    pub fn keep(&self, path: &Path, now: DateTime<Utc>) -> Result<String> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.context("a backup without a name")?;
        self.runtime.block_on(async {
            self.bucket.put(name, path).await?;
            let found = self.bucket.list().await?;
            let size = fs::metadata(path)?.len();
            if !found
                .iter()
                .any(|object| object.name == name && object.size == size)
            {
                bail!("{name} was sent, but the storage does not list it with its {size} bytes");
            }
            for name in superfluous(&found, now) {
                self.bucket.delete(&name).await?;
            }
            Ok(self.bucket.shown(name))
        })
    }

    /// Brings a backup into a folder: the one of this name, or the newest.
    pub fn fetch(&self, name: Option<&str>, folder: &Path) -> Result<PathBuf> {
        self.runtime.block_on(async {
            let name = match name {
                Some(name) => name.to_owned(),
                None => self.newest().await?,
            };
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            let path = folder.join(&name);
            if !path.exists() {
                self.bucket.get(&name, &path).await?;
            }
            Ok(path)
        })
    }

    async fn newest(&self) -> Result<String> {
        let found = self.bucket.list().await?;
        let backups = found
            .iter()
            .filter_map(|object| Some((retention::made_at(&object.name)?, &object.name)));
        let newest = backups.max().context("the storage holds no backup")?;
        Ok(newest.1.clone())
    }
}

/// What lies there beside backups is never touched.
fn superfluous(found: &[s3::Object], now: DateTime<Utc>) -> Vec<String> {
    let mut times: Vec<_> = found
        .iter()
        .filter_map(|object| retention::made_at(&object.name))
        .collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    let gone = retention::superfluous(&times, now);
    gone.into_iter().map(retention::name).collect()
}

fn secret(name: &str) -> Result<String> {
    given(name)?.with_context(|| format!("{name} is not set: the storage wants to know who asks"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_backups_go_and_strange_objects_stay() {
        let object = |name: &str| s3::Object {
            name: name.to_owned(),
            size: 1,
        };
        let now = "2026-11-22T02:00:00Z".parse().unwrap();
        let found = [
            object("nexus-20261122T013000Z.backup"),
            object("nexus-20240102T013000Z.backup"),
            object("photos.zip"),
        ];
        assert_eq!(superfluous(&found, now), ["nexus-20240102T013000Z.backup"]);
    }
}
