//! A hash as text: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// OWASP's parameters: 19 MiB, twice over, one lane.
pub const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const HASH_BYTES: usize = 32;

/// What an unknown user's password is compared with: as much work, and never right.
pub const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm8gb25lJ3Mgc2FsdCE$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The memory that one hash needs, to be used again and again: fresh memory takes twice the time.
#[must_use]
pub fn memory() -> Vec<Block> {
    vec![Block::new(); MEMORY_KIB as usize]
}

fn params(memory: u32, passes: u32, lanes: u32) -> Option<Params> {
    Params::new(memory, passes, lanes, Some(HASH_BYTES)).ok()
}

fn run(
    params: Params,
    password: &str,
    salt: &[u8],
    memory: &mut [Block],
) -> Option<[u8; HASH_BYTES]> {
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut hash, memory)
        .ok()?;
    Some(hash)
}

/// The password's hash, as text. `None` only when argon2 refuses its input.
#[must_use]
pub fn hash(password: &str, salt: &[u8; 16], memory: &mut [Block]) -> Option<String> {
    let hash = run(params(MEMORY_KIB, PASSES, LANES)?, password, salt, memory)?;
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Some(format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}"
    ))
}

/// Whether the password is the one of this hash. A hash that cannot be read is nobody's.
#[must_use]
pub fn is_right(password: &str, kept: &str, memory: &mut [Block]) -> bool {
    let mut right = || {
        let (params, salt, kept) = parse(kept)?;
        let hash = run(params, password, &salt, memory)?;
        Some(verify_slices_are_equal(&hash, &kept).is_ok())
    };
    right().unwrap_or(false)
}

fn parse(text: &str) -> Option<(Params, Vec<u8>, Vec<u8>)> {
    let rest = text.strip_prefix("$argon2id$v=19$")?;
    let mut parts = rest.split('$');
    let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut numbers = cost.split(',').zip(["m=", "t=", "p="]).map(|(part, name)| {
        part.strip_prefix(name)
            .and_then(|number| number.parse::<u32>().ok())
    });
    let params = params(numbers.next()??, numbers.next()??, numbers.next()??)?;
    Some((
        params,
        STANDARD_NO_PAD.decode(salt).ok()?,
        STANDARD_NO_PAD.decode(hash).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let mut memory = memory();
        let kept = hash("cavallo batteria graffetta", &[7; 16], &mut memory).unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is_right("cavallo batteria graffetta", &kept, &mut memory));
        assert!(!is_right("cavallo batteria graffette", &kept, &mut memory));
        assert!(!is_right("", "", &mut memory));
    }

    #[test]
    fn the_hash_is_that_of_the_reference() {
        use argon2::PasswordVerifier;
        let kept = hash("correct horse", &[9; 16], &mut memory()).unwrap();
        let verified = Argon2::default().verify_password(b"correct horse", kept.as_str());
        assert!(verified.is_ok());
    }

    #[test]
    fn the_dummy_costs_as_much_as_a_real_one() {
        let (dummy, _, kept) = parse(DUMMY).unwrap();
        assert_eq!(
            (dummy.m_cost(), dummy.t_cost(), dummy.p_cost()),
            (MEMORY_KIB, PASSES, LANES)
        );
        assert_eq!(kept.len(), HASH_BYTES);
    }
}
