//! Chance that falls the same way every time: the demo company is the same on every machine.

/// `SplitMix64`: small, and good enough to invent shops with.
pub struct Dice(u64);

impl Dice {
    /// Dice of their own for every record, so that one more record here changes nothing there.
    pub fn of(what: &str, number: usize) -> Self {
        let seed = what.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(seed ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both possible.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low + 1).unsigned_abs();
        low + (self.next() % span).cast_signed()
    }

    pub fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.next() % from.len() as u64;
        &from[usize::try_from(index).unwrap_or_default()]
    }

    /// One of several, as often as its weight says.
    pub fn weighted<'a, T>(&mut self, from: &'a [(i64, T)]) -> &'a T {
        let total: i64 = from.iter().map(|(weight, _)| weight).sum();
        let mut left = self.between(1, total);
        let hit = from.iter().find(|(weight, _)| {
            left -= weight;
            left <= 0
        });
        &hit.unwrap_or(&from[0]).1
    }

    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + u8::try_from(self.next() % 10).unwrap_or_default()))
            .collect()
    }
}

/// A UUID of version 7's shape that depends on nothing but its arguments.
pub fn id(what: &str, number: usize) -> String {
    const BEGIN_MS: u64 = 1_735_689_600_000; // 2025-01-01
    let mut dice = Dice::of(what, number);
    let (a, b) = (dice.next(), dice.next());
    let time = BEGIN_MS + number as u64 * 1000;
    format!(
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
        time >> 16,
        time & 0xffff,
        a & 0xfff,
        0x8000 | (a >> 12) & 0x3fff,
        b & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_record_is_invented_again_and_another_one_differs() {
        assert_eq!(id("client", 3), id("client", 3));
        assert_ne!(id("client", 3), id("client", 4));
        assert_ne!(id("client", 3)[14..], id("contact", 3)[14..]);
        assert_eq!(Dice::of("x", 1).digits(9), Dice::of("x", 1).digits(9));
    }

    #[test]
    fn ids_have_the_shape_of_version_7() {
        let id = id("client", 77);
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "7");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"));
    }

    #[test]
    fn throws_stay_within_their_bounds() {
        let mut dice = Dice::of("bounds", 0);
        for _ in 0..1000 {
            assert!((-3..=4).contains(&dice.between(-3, 4)));
            assert!([1, 2].contains(dice.weighted(&[(1, 1), (5, 2), (0, 3)])));
        }
    }
}
