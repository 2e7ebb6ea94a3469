use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, Duration, Utc};
use nexus_problem::Problem;

use crate::secrets::Key;

/// The longest wait.
const LONGEST_SECONDS: i64 = 15 * 60;
const FIRST_SECONDS: i64 = 30;
/// Without any try for so long, the count starts anew.
const FORGOTTEN_AFTER_HOURS: i64 = 12;

/// What taking a try back does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenRight {
    /// All earlier ones are forgiven with it.
    ForgetAll,
    /// Only this one is: others were others' tries.
    TakeBack,
}

/// Something that is tried.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub(crate) key: Vec<u8>,
    pub(crate) free: i32,
    pub(crate) when_right: WhenRight,
}

impl Attempt {
    fn new(key: &Key, parts: [&str; 3], free: i32, when_right: WhenRight) -> Self {
        let key = key.mark(parts.map(place).join("\n").as_bytes()).to_vec();
        Self {
            key,
            free,
            when_right,
        }
    }

    /// A sign-in: the account as tried from there, and whatever is tried from there.
    #[must_use]
    pub fn login(key: &Key, email: &str, ip: &str) -> Vec<Self> {
        vec![
            Self::new(key, ["login", ip, ""], 50, WhenRight::TakeBack),
            Self::new(key, ["login", ip, email], 5, WhenRight::ForgetAll),
        ]
    }

    /// An API key.
    #[must_use]
    pub fn api_key(key: &Key, ip: &str) -> Vec<Self> {
        vec![Self::new(key, ["api key", ip, ""], 50, WhenRight::TakeBack)]
    }

    /// One's own password, told again.
    #[must_use]
    pub fn password(key: &Key, user: &str) -> Vec<Self> {
        vec![Self::new(
            key,
            ["password", user, ""],
            5,
            WhenRight::ForgetAll,
        )]
    }

    /// A registration.
    #[must_use]
    pub fn registration(key: &Key, ip: &str) -> Vec<Self> {
        vec![Self::new(
            key,
            ["registration", ip, ""],
            20,
            WhenRight::TakeBack,
        )]
    }

    /// Help for a forgotten password.
    #[must_use]
    pub fn password_help(key: &Key, ip: &str) -> Vec<Self> {
        vec![Self::new(
            key,
            ["password help", ip, ""],
            10,
            WhenRight::TakeBack,
        )]
    }

    /// An invitation's token.
    #[must_use]
    pub fn invitation(key: &Key, ip: &str) -> Vec<Self> {
        vec![Self::new(
            key,
            ["invitation", ip, ""],
            20,
            WhenRight::TakeBack,
        )]
    }
}

/// Where a try comes from: of an IPv6 address the network, since whoever has one address there has 2⁶⁴.
fn place(text: &str) -> String {
    match text.parse() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).to_string()
        }
        _ => text.to_owned(),
    }
}

/// Come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries; again in {seconds} s")]
pub struct TooMany {
    /// In so many seconds.
    pub seconds: u64,
}

impl From<TooMany> for Problem {
    fn from(error: TooMany) -> Self {
        let detail = format!("That was tried too often. Wait {} seconds.", error.seconds);
        Self::too_many_requests(detail, error.seconds)
    }
}

/// The count of one kind of try from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub failed: i32,
    pub last_at: DateTime<Utc>,
    pub locked_until: Option<DateTime<Utc>>,
}

impl Count {
    /// The count with one more, unless it is time to wait.
    pub fn with_another(self, free: i32, now: DateTime<Utc>) -> Result<Self, TooMany> {
        if let Some(until) = self.locked_until.filter(|until| *until > now) {
            let seconds = (until - now).num_milliseconds().div_euclid(1000) + 1;
            return Err(TooMany {
                seconds: seconds.unsigned_abs(),
            });
        }
        let forgotten = self.last_at + Duration::hours(FORGOTTEN_AFTER_HOURS) <= now;
        let failed = if forgotten {
            1
        } else {
            self.failed.saturating_add(1)
        };
        let locked_until = (failed >= free).then(|| {
            let doublings = u32::try_from(failed - free).unwrap_or(0).min(10);
            now + Duration::seconds((FIRST_SECONDS << doublings).min(LONGEST_SECONDS))
        });
        Ok(Self {
            failed,
            last_at: now,
            locked_until,
        })
    }

    /// The count with the newest try taken back.
    #[must_use]
    pub fn taken_back(self, free: i32) -> Self {
        let failed = (self.failed - 1).max(0);
        let locked_until = self.locked_until.filter(|_| failed >= free);
        Self {
            failed,
            locked_until,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn fresh() -> Count {
        Count {
            failed: 0,
            last_at: at(0),
            locked_until: None,
        }
    }

    #[test]
    fn after_the_free_tries_each_wait_is_twice_the_last_up_to_a_quarter_of_an_hour() {
        let (mut count, mut now, mut waits) = (fresh(), at(0), Vec::new());
        for _ in 0..12 {
            match count.with_another(5, now) {
                Ok(next) => count = next,
                Err(TooMany { seconds }) => {
                    waits.push(seconds);
                    now += Duration::seconds(i64::try_from(seconds).unwrap());
                    count = count.with_another(5, now).unwrap();
                }
            }
        }
        assert_eq!(waits, [31, 61, 121, 241, 481, 901, 901]);
    }

    #[test]
    fn all_addresses_of_one_network_are_one_place() {
        assert_eq!(place("2001:db8:1:2:aaaa::1"), place("2001:db8:1:2:bbbb::2"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
    }

    #[test]
    fn nothing_is_admitted_while_locked_and_nothing_counted() {
        let locked = Count {
            failed: 9,
            last_at: at(0),
            locked_until: Some(at(60)),
        };
        assert_eq!(locked.with_another(5, at(30)), Err(TooMany { seconds: 31 }));
        assert!(locked.with_another(5, at(60)).is_ok());
    }

    #[test]
    fn half_a_day_without_a_try_forgives() {
        let locked = Count {
            failed: 40,
            last_at: at(0),
            locked_until: None,
        };
        let later = locked.with_another(5, at(12 * 3600)).unwrap();
        assert_eq!((later.failed, later.locked_until), (1, None));
    }

    #[test]
    fn a_right_try_is_taken_back_with_the_lock_it_caused() {
        let count = Count {
            failed: 4,
            ..fresh()
        }
        .with_another(5, at(1))
        .unwrap();
        assert!(count.locked_until.is_some());
        assert_eq!(count.taken_back(5).locked_until, None);
    }
}
