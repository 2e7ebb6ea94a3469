//! What may become of a version of a proposal, as a table.

use nexus_records::text_enum;

text_enum! {
    /// Where a proposal stands: where the version that counts stands.
    ProposalStatus { Draft = "draft", Sent = "sent", Accepted = "accepted", Refused = "refused", Expired = "expired" }
}

text_enum! {
    /// Where one version stands. `withdrawn` was taken back, `replaced` gave way to another version.
    VersionStatus {
        Draft = "draft", Sent = "sent", Accepted = "accepted", Refused = "refused", Expired = "expired",
        Withdrawn = "withdrawn", Replaced = "replaced",
    }
}

/// What happens to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionStep {
    Edit,
    Send,
    Accept,
    Refuse,
    Expire,
    Withdraw,
    Replace,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not with the customer.
    NotSent,
    /// It was sent already.
    Sent,
    /// It was accepted.
    Accepted,
    /// It was refused.
    Refused,
    /// Its day has passed.
    Expired,
    /// It was taken back.
    Withdrawn,
    /// A newer version was sent.
    Replaced,
    /// Nothing about it waits for a yes.
    NotWaiting,
}

/// Every step there is.
pub const STEPS: [(VersionStatus, VersionStep, VersionStatus); 8] = {
    use VersionStatus as S;
    use VersionStep as T;
    [
        (S::Draft, T::Edit, S::Draft),
        (S::Draft, T::Send, S::Sent),
        (S::Draft, T::Replace, S::Replaced),
        (S::Sent, T::Accept, S::Accepted),
        (S::Sent, T::Refuse, S::Refused),
        (S::Sent, T::Expire, S::Expired),
        (S::Sent, T::Withdraw, S::Withdrawn),
        (S::Sent, T::Replace, S::Replaced),
    ]
};

impl VersionStatus {
    /// Where a step leads.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn after(self, step: VersionStep) -> Result<Self, Refusal> {
        let found = STEPS
            .iter()
            .find(|(from, taken, _)| *from == self && *taken == step);
        found.map(|(_, _, to)| *to).ok_or(self.refusal())
    }

    fn refusal(self) -> Refusal {
        match self {
            Self::Draft => Refusal::NotSent,
            Self::Sent => Refusal::Sent,
            Self::Accepted => Refusal::Accepted,
            Self::Refused => Refusal::Refused,
            Self::Expired => Refusal::Expired,
            Self::Withdrawn => Refusal::Withdrawn,
            Self::Replaced => Refusal::Replaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sent_is_answered_and_an_answer_stands() {
        use VersionStatus as S;
        use VersionStep as T;
        let all = [
            S::Draft,
            S::Sent,
            S::Accepted,
            S::Refused,
            S::Expired,
            S::Withdrawn,
            S::Replaced,
        ];
        for status in all {
            for step in [T::Accept, T::Refuse, T::Expire, T::Withdraw] {
                assert_eq!(
                    status.after(step).is_ok(),
                    status == S::Sent,
                    "{status:?} {step:?}"
                );
            }
            for step in [T::Edit, T::Send] {
                assert_eq!(
                    status.after(step).is_ok(),
                    status == S::Draft,
                    "{status:?} {step:?}"
                );
            }
        }
        assert_eq!(S::Accepted.after(T::Refuse), Err(Refusal::Accepted));
        assert_eq!(S::Replaced.after(T::Accept), Err(Refusal::Replaced));
    }
}
