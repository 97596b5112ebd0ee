//! What the customer bought: the payments of the ledger as Imprint learns of them from the card network, with a few
//! differences.

use imprint_client::types::TransactionStatus::{Approved, Captured, Voided};
use imprint_client::types::{NetworkTransactionId, PaymentMethodId};
use imprint_client::{Client, Error};

/// The numbers of the payments, one of which the ledger lacks.
pub const NUMBERS: std::ops::RangeInclusive<i64> = 1..=61;

/// What differs from the ledger: this payment never reaches Imprint.
const NEVER_CHARGED: i64 = 17;
/// This one is captured with another amount.
const OTHER_AMOUNT: i64 = 23;
/// The authorization of this one is voided.
const VOIDED: i64 = 43;

/// The differences above, and the payment that the ledger lacks.
pub const DIFFERENCES: usize = 4;

/// The id that the card network gave the authorization of a payment. The processor reports it to the partner, and Imprint
/// has the same.
pub fn network_id(number: i64) -> NetworkTransactionId {
    NetworkTransactionId::from(format!("NET-{number:04}"))
}

/// The amount of a payment, in minor units.
pub fn amount(number: i64) -> i64 {
    1_000 + 25 * number
}

/// Simulates an authorization for each payment, and then its capture.
pub async fn make(client: &Client, card: &PaymentMethodId) -> Result<(), Error> {
    for number in NUMBERS.filter(|number| *number != NEVER_CHARGED) {
        let event = client.simulate_transaction_event().payment_method_id(card);
        let event = event.network_transaction_id(network_id(number));
        let approved = event.clone().status(Approved).amount(amount(number)).await?;
        let next = event.transaction_id(approved.into_inner().transaction_id);
        match number {
            VOIDED => next.status(Voided).await?,
            OTHER_AMOUNT => next.status(Captured).amount(1_500).await?,
            _ => next.status(Captured).amount(amount(number)).await?,
        };
    }
    Ok(())
}
