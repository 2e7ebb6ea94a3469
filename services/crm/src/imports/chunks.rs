//! The uploaded file, in pieces of one size, and a reader over them. Nothing ever holds the whole file.

use std::io;

use diesel::prelude::*;
use nexus_db::DbResult;

use super::model::ImportId;
use crate::schema::import_chunks;

/// Bytes of a piece; the last one may be shorter.
pub const CHUNK: usize = 256 * 1024;

/// Keeps one piece.
pub fn store(conn: &mut PgConnection, import: ImportId, number: i32, bytes: &[u8]) -> DbResult<()> {
    diesel::insert_into(import_chunks::table)
        .values((
            import_chunks::import_id.eq(import),
            import_chunks::number.eq(number),
            import_chunks::bytes.eq(bytes),
        ))
        .execute(conn)?;
    Ok(())
}

/// One piece; `None` behind the last.
pub fn load(conn: &mut PgConnection, import: ImportId, number: i32) -> DbResult<Option<Vec<u8>>> {
    let bytes = import_chunks::table
        .find((import, number))
        .select(import_chunks::bytes)
        .first(conn)
        .optional()?;
    Ok(bytes)
}

/// Reads a file from any of its bytes on.
pub struct ChunkReader<'a> {
    conn: &'a mut PgConnection,
    import: ImportId,
    next: i32,
    piece: Vec<u8>,
    at: usize,
}

impl<'a> ChunkReader<'a> {
    /// Begins at this byte of the file.
    pub fn new(conn: &'a mut PgConnection, import: ImportId, offset: u64) -> DbResult<Self> {
        let size = u64::try_from(CHUNK).unwrap_or(u64::MAX);
        let number = i32::try_from(offset / size).unwrap_or(i32::MAX);
        let piece = load(conn, import, number)?.unwrap_or_default();
        let at = usize::try_from(offset % size).unwrap_or(0);
        Ok(Self {
            conn,
            import,
            next: number.saturating_add(1),
            at: at.min(piece.len()),
            piece,
        })
    }
}

impl io::Read for ChunkReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            let piece = load(self.conn, self.import, self.next).map_err(io::Error::other)?;
            let Some(piece) = piece else { return Ok(0) };
            (self.piece, self.at) = (piece, 0);
            self.next = self.next.saturating_add(1);
        }
        let length = into.len().min(self.piece.len() - self.at);
        into[..length].copy_from_slice(&self.piece[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
