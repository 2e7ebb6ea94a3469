//! Encryption of a stream: pieces of 64 KiB, each with a tag that also says its place and whether it is the last, so that
//! a file that was changed, cut or put together differently does not open (STREAM with XChaCha20-Poly1305).

use std::fs::File;
use std::io::{self, Read, Write};

use chacha20poly1305::aead::stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};

const MAGIC: &[u8; 8] = b"NEXUSBK1";
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
const NONCE: usize = 19;

/// The key of an installation's backups.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

/// Encrypts what is written to it. [`Sealer::finish`] makes it whole.
pub struct Sealer<W> {
    to: W,
    cipher: EncryptorBE32<XChaCha20Poly1305>,
    piece: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    pub fn new(mut to: W, key: &Key) -> io::Result<Self> {
        let mut nonce = [0; NONCE];
        File::open("/dev/urandom")?.read_exact(&mut nonce)?;
        to.write_all(MAGIC)?;
        to.write_all(&nonce)?;
        Ok(Self {
            to,
            cipher: EncryptorBE32::from_aead(key.cipher(), &nonce.into()),
            piece: Vec::with_capacity(PIECE),
        })
    }

    /// Writes the last piece.
    pub fn finish(mut self) -> io::Result<W> {
        let last = self
            .cipher
            .encrypt_last(self.piece.as_slice())
            .map_err(|_| too_long())?;
        self.to.write_all(&last)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece is written when more comes: the last one must be known as the last.
        if self.piece.len() == PIECE {
            let sealed = self
                .cipher
                .encrypt_next(self.piece.as_slice())
                .map_err(|_| too_long())?;
            self.to.write_all(&sealed)?;
            self.piece.clear();
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn too_long() -> io::Error {
    io::Error::other("a backup cannot be longer than 256 TB")
}

/// Decrypts what a [`Sealer`] wrote; an error when it is not that, to the last byte.
pub struct Opener<R> {
    from: R,
    cipher: Option<DecryptorBE32<XChaCha20Poly1305>>,
    /// One byte more than a piece, to know whether it is the last.
    ahead: Vec<u8>,
    piece: Vec<u8>,
    read: usize,
}

impl<R: Read> Opener<R> {
    pub fn new(mut from: R, key: &Key) -> io::Result<Self> {
        let mut head = [0; MAGIC.len() + NONCE];
        from.read_exact(&mut head)
            .map_err(|_| broken("this is no backup"))?;
        let (magic, nonce) = head.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(broken("this is no backup"));
        }
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| broken("this is no backup"))?;
        Ok(Self {
            from,
            cipher: Some(DecryptorBE32::from_aead(key.cipher(), &nonce.into())),
            ahead: Vec::new(),
            piece: Vec::new(),
            read: 0,
        })
    }

    fn next_piece(&mut self) -> io::Result<()> {
        self.read = 0;
        let Some(mut cipher) = self.cipher.take() else {
            self.piece.clear();
            return Ok(());
        };
        let want = PIECE + TAG + 1 - self.ahead.len();
        (&mut self.from)
            .take(want as u64)
            .read_to_end(&mut self.ahead)?;
        let wrong = |_| broken("the key is another one, or the file was changed or cut");
        self.piece = if self.ahead.len() > PIECE + TAG {
            let rest = self.ahead.split_off(PIECE + TAG);
            let sealed = std::mem::replace(&mut self.ahead, rest);
            let piece = cipher.decrypt_next(sealed.as_slice()).map_err(wrong)?;
            self.cipher = Some(cipher);
            piece
        } else {
            cipher.decrypt_last(self.ahead.as_slice()).map_err(wrong)?
        };
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() {
            self.next_piece()?;
        }
        let count = into.len().min(self.piece.len() - self.read);
        into[..count].copy_from_slice(&self.piece[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: &str) -> Key {
        Key::from_hex(&digit.repeat(64)).unwrap()
    }

    fn sealed(bytes: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), &key("a")).unwrap();
        sealer.write_all(bytes).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(bytes: &[u8], key: &Key) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Opener::new(bytes, key)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_is_sealed_opens_whatever_its_length() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| at.to_le_bytes()[0]).collect();
            let sealed = sealed(&bytes);
            assert_eq!(opened(&sealed, &key("a")).unwrap(), bytes, "{length}");
        }
    }

    #[test]
    fn a_changed_a_cut_and_a_foreign_file_do_not_open() {
        let bytes = vec![7; 2 * PIECE + 9];
        let whole = sealed(&bytes);
        for at in [0, 9, 40, PIECE, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(opened(&changed, &key("a")).is_err(), "byte {at}");
        }
        let after_two = MAGIC.len() + NONCE + 2 * (PIECE + TAG);
        for length in [0, 20, 1000, after_two, whole.len() - 1] {
            assert!(
                opened(&whole[..length], &key("a")).is_err(),
                "cut at {length}"
            );
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert!(opened(&longer, &key("a")).is_err());
        assert!(opened(&whole, &key("b")).is_err());
        assert!(Key::from_hex("abc").is_none());
    }
}
