//! Five calls and a webhook by the client; `by_hand.rs` does the same without it. `measure` builds both.

use imprint_client::{Client, types, webhook::Verifier};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let id = "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4";
    let customer = client.get_customer().customer_id(id).send().await?;
    println!("{:?}", customer.partner_customer_id);
    println!("{}", client.get_rewards().customer_id(id).limit(100).send().await?.data.len());
    println!("{}", client.get_transactions().customer_id(id).limit(100).send().await?.data.len());
    println!("{}", client.get_payment_methods().customer_id(id).send().await?.data.len());
    let line = types::OrderLine::builder().name("Couch").quantity(1).rate(274_999_i64).rewards_rate(2500_i64);
    let order = types::OrderBase::builder()
        .customer_id(id)
        .payment_method_id("0144ea84-3c39-4382-a37a-03c699b77646")
        .partner_order_id("o-1")
        .merchant_id("m-1")
        .merchant_name("Rest Assured")
        .order_lines(vec![line])
        .total_order_amount(274_999_i64)
        .currency("USD")
        .created_at("2025-02-13T19:08:07Z");
    println!("{:?}", client.create_order().body(order).send().await?.id);
    let (header, body) = (std::env::var("SIGNATURE")?, std::env::var("BODY")?);
    println!("{}", Verifier::new(std::env::var("TOKEN")?).verify(&header, body.as_bytes()).is_ok());
    Ok(())
}
