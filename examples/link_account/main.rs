//! Links a customer to an account, and finds it again: `cargo run --example link_account`.
//!
//! It needs neither a key nor a network: it starts `imprint-sandbox`, a server on loopback that imitates Imprint.

use imprint_client::Client;
use imprint_client::helpers::LinkError;
use imprint_client::types::CustomerId;
use imprint_sandbox::{Outcome, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();

    // A customer who applied without an account of yours.
    let session = client.create_session().await?;
    let outcome = sandbox.apply(&session).last_name("approve").complete().await?;
    let Outcome::Approved { customer_id: customer, .. } = outcome else {
        return Err("the customer was not approved".into());
    };

    println!("1. Is PARTNER_USER_456 known to Imprint?");
    find(&client, "PARTNER_USER_456").await?;

    println!("\n2. Link the customer to PARTNER_USER_456");
    link(&client, &customer, "PARTNER_USER_456").await?;

    println!("\n3. Link it once more: an answer was lost, a job ran twice");
    link(&client, &customer, "PARTNER_USER_456").await?;

    println!("\n4. Link it to PARTNER_USER_789, which is another account");
    link(&client, &customer, "PARTNER_USER_789").await?;

    println!("\n5. Is PARTNER_USER_456 known now?");
    find(&client, "PARTNER_USER_456").await?;

    sandbox.verify()?; // every answer was right, and made of what the sandbox remembers
    Ok(())
}

async fn find(client: &Client, account: &str) -> Result<(), Box<dyn std::error::Error>> {
    match client.find_customer(account).await? {
        Some(customer) => println!("   yes, as the customer {}", customer.id),
        None => println!("   no"),
    }
    Ok(())
}

/// Prints a link that is in the way, since a person has to resolve it. Every other failure ends the example.
async fn link(client: &Client, customer: &CustomerId, account: &str) -> Result<(), LinkError> {
    match client.ensure_linked(customer, account).await {
        Ok(link) => println!("   linked with {} since {}", link.partner_customer_id, link.created_at),
        Err(LinkError::LinkedElsewhere { existing, partner_customer_id, .. }) => {
            println!("   not linked with {partner_customer_id}: {} is in the way", existing.partner_customer_id);
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
