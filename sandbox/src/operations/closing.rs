//! Closing the account of a customer. It has no operation: Imprint does it, here a test plays Imprint.

use crate::instant::Instant;
use crate::model::payment_method::PaymentMethod;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::request::of_product;
use super::{customers, emit};

/// Closes the account, with effect from now or from a time before, and cancels its payment methods.
pub fn close(tx: &mut Tx<'_>, customer_id: &str, effective: Instant) -> Result<(), Refusal> {
    let customer = customers::customer(tx, customer_id)?;
    if effective > tx.now {
        let what = format!("is later than now, which is {} by the clock of the account", tx.now.text());
        return Err(Refusal::invalid("effective", what));
    }
    let customer = customer.closed(tx.product.program(), tx.now).map_err(Refusal::conflict)?;
    let of_customer = of_product(tx, &customer.id);
    emit::account_closed(tx, &customer.id, effective);
    tx.state.customers.put(customer);
    let methods = tx.state.payment_methods.find("customer_id", &of_customer);
    let methods: Vec<_> = methods.map(|(_, method)| PaymentMethod::clone(method)).collect();
    for method in methods {
        let before = method.status;
        if let Some(canceled) = method.with_account_closed(tx.now) {
            emit::payment_method(tx, &canceled, Some(before));
            tx.state.payment_methods.put(canceled);
        }
    }
    Ok(())
}
