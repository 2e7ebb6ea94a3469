//! What may become of an order, as a table.

use nexus_records::text_enum;

text_enum! {
    /// Where an order stands.
    OrderStatus {
        PendingApproval = "pending_approval", Approved = "approved", Processing = "processing", Shipped = "shipped",
        Delivered = "delivered", Invoiced = "invoiced", Cancelled = "cancelled",
    }
}

text_enum! {
    /// What happens to an order.
    OrderStep {
        Create = "created", Edit = "changed", Approve = "approved", Refuse = "refused", Override = "overridden",
        Process = "processing", Ship = "shipped", Deliver = "delivered", Invoice = "invoiced", Pay = "paid",
        Cancel = "cancelled",
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It was cancelled.
    Cancelled,
    /// It was invoiced: cancelling takes a credit note.
    Invoiced,
    /// It has left: it comes back as a return, not by cancelling.
    Shipped,
    /// Nobody has said yes to it yet.
    NotApproved,
    /// Nothing about it waits for a yes.
    NotWaiting,
    /// It is being prepared: its content stays.
    InProcess,
    /// Another step comes first.
    WrongStep,
}

/// Every step there is. An edit always leads back to waiting; whether anybody has to look is decided anew.
pub const STEPS: [(OrderStatus, OrderStep, OrderStatus); 15] = {
    use OrderStatus as S;
    use OrderStep as T;
    [
        (S::PendingApproval, T::Edit, S::PendingApproval),
        (S::Approved, T::Edit, S::PendingApproval),
        (S::PendingApproval, T::Approve, S::Approved),
        (S::PendingApproval, T::Refuse, S::PendingApproval),
        (S::PendingApproval, T::Override, S::PendingApproval),
        (S::Approved, T::Override, S::Approved),
        (S::Approved, T::Process, S::Processing),
        (S::Processing, T::Ship, S::Shipped),
        (S::Shipped, T::Deliver, S::Delivered),
        (S::Delivered, T::Invoice, S::Invoiced),
        (S::Invoiced, T::Pay, S::Invoiced),
        (S::PendingApproval, T::Cancel, S::Cancelled),
        (S::Approved, T::Cancel, S::Cancelled),
        (S::Processing, T::Cancel, S::Cancelled),
        (S::Processing, T::Override, S::Processing),
    ]
};

impl OrderStatus {
    /// Where a step leads.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn after(self, step: OrderStep) -> Result<Self, Refusal> {
        let found = STEPS
            .iter()
            .find(|(from, taken, _)| *from == self && *taken == step);
        found.map(|(_, _, to)| *to).ok_or(self.refusal(step))
    }

    fn refusal(self, step: OrderStep) -> Refusal {
        match (self, step) {
            (Self::Cancelled, _) => Refusal::Cancelled,
            (Self::Invoiced, OrderStep::Cancel) => Refusal::Invoiced,
            (Self::Shipped | Self::Delivered, OrderStep::Cancel) => Refusal::Shipped,
            (_, OrderStep::Approve | OrderStep::Refuse) => Refusal::NotWaiting,
            (_, OrderStep::Edit) => Refusal::InProcess,
            (Self::PendingApproval, _) => Refusal::NotApproved,
            _ => Refusal::WrongStep,
        }
    }

    /// Whether what it contains may still change.
    #[must_use]
    pub fn is_editable(self) -> bool {
        self.after(OrderStep::Edit).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [OrderStatus; 7] = [
        OrderStatus::PendingApproval,
        OrderStatus::Approved,
        OrderStatus::Processing,
        OrderStatus::Shipped,
        OrderStatus::Delivered,
        OrderStatus::Invoiced,
        OrderStatus::Cancelled,
    ];

    #[test]
    fn only_approval_leads_out_of_waiting_and_nothing_leads_out_of_cancelled() {
        for (from, step, to) in STEPS {
            if from == OrderStatus::PendingApproval {
                let on = !matches!(to, OrderStatus::PendingApproval | OrderStatus::Cancelled);
                assert_eq!(on, step == OrderStep::Approve, "{from:?} {step:?}");
            }
            assert_ne!(from, OrderStatus::Cancelled);
        }
    }

    #[test]
    fn cancelling_ends_with_shipping() {
        let can: Vec<bool> = ALL
            .iter()
            .map(|status| status.after(OrderStep::Cancel).is_ok())
            .collect();
        assert_eq!(can, [true, true, true, false, false, false, false]);
        let why = |status: OrderStatus| status.after(OrderStep::Cancel).unwrap_err();
        assert_eq!(why(OrderStatus::Shipped), Refusal::Shipped);
        assert_eq!(why(OrderStatus::Invoiced), Refusal::Invoiced);
        assert_eq!(why(OrderStatus::Cancelled), Refusal::Cancelled);
    }

    #[test]
    fn an_edit_voids_approval_and_ends_with_processing() {
        let after: Vec<_> = ALL
            .iter()
            .map(|status| status.after(OrderStep::Edit))
            .collect();
        let waits = Ok(OrderStatus::PendingApproval);
        let stays = Err(Refusal::InProcess);
        assert_eq!(
            after,
            [
                waits,
                waits,
                stays,
                stays,
                stays,
                stays,
                Err(Refusal::Cancelled)
            ]
        );
    }

    #[test]
    fn the_whole_way_is_one_step_after_the_other() {
        let mut status = OrderStatus::PendingApproval;
        for step in [
            OrderStep::Approve,
            OrderStep::Process,
            OrderStep::Ship,
            OrderStep::Deliver,
            OrderStep::Invoice,
        ] {
            for other in [
                OrderStep::Process,
                OrderStep::Ship,
                OrderStep::Deliver,
                OrderStep::Invoice,
            ] {
                assert_eq!(
                    status.after(other).is_ok(),
                    other == step,
                    "{status:?} {other:?}"
                );
            }
            status = status.after(step).unwrap();
        }
        assert_eq!(status, OrderStatus::Invoiced);
    }
}
