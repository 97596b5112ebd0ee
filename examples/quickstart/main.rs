//! A tour of the client: `cargo run --example quickstart`.
//!
//! It needs no API key and no network: it starts `imprint-sandbox`, a server on loopback that imitates Imprint and
//! remembers what it is told. Only if `IMPRINT_LIVE_TESTS` is 1 and `IMPRINT_API_KEY` is set, it makes the same calls to
//! Imprint's own sandbox instead, and changes data there.

use std::collections::BTreeSet;
use std::env;

use imprint_client::types::{Customer, CustomerId};
use imprint_client::{Client, Environment, Error, ErrorKind, StatusCode};
use imprint_sandbox::Sandbox;

type Failure = Box<dyn std::error::Error>;

/// Your own id for the customer.
const PARTNER_ID: &str = "PARTNER_USER_456";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // A key alone asks for nothing: whoever has one in the environment for their work may try this without changing data.
    if env::var("IMPRINT_LIVE_TESTS").is_ok_and(|asked| asked == "1") {
        let key = env::var("IMPRINT_API_KEY")
            .map_err(|_| "IMPRINT_LIVE_TESTS=1 needs a key of Imprint's sandbox in IMPRINT_API_KEY")?;
        // Other environment variables are ignored: the calls change data, so they must reach the sandbox only.
        let client = Client::builder().api_key(key).environment(Environment::Sandbox).build()?;
        println!("IMPRINT_LIVE_TESTS is 1: the calls go to Imprint's sandbox\n");
        return tour(&client, None).await;
    }
    let sandbox = Sandbox::start().await?;
    println!("A sandbox that imitates Imprint listens at {}\n", sandbox.url());
    tour(&sandbox.client(), Some(&sandbox)).await?;

    println!("\n9. What the sandbox received, and how it answered");
    let mut choices = BTreeSet::new();
    for request in sandbox.requests() {
        println!("   {request}");
        choices.extend(request.choices);
    }
    sandbox.verify()?;
    println!("   every answer is what Imprint's document allows, and is made of what was remembered");

    println!("\n10. What Imprint documents nowhere, so that the sandbox had to decide it");
    for choice in choices {
        println!("   {choice}: {}", choice.sentence());
    }
    Ok(())
}

/// Makes the calls. With a sandbox, it also plays the customer who applies.
async fn tour(client: &Client, sandbox: Option<&Sandbox>) -> Result<(), Failure> {
    println!("1. Search for the customer with your id {PARTNER_ID}");
    search(client).await?;

    println!("\n2. Create a session, so that the customer can apply in a browser or an app");
    let session = client.create_session().partner_customer_id(PARTNER_ID).await?;
    println!("   session {} expires at {}", session.id, session.expires_at);
    println!("   its secret, as `Debug` prints it in a log: {:?}", session.client_secret);
    println!("   `expose()` returns the real value for your frontend");

    println!("\n3. The customer applies");
    match sandbox {
        Some(sandbox) => {
            sandbox.apply(&session).last_name("approve").complete().await?;
            println!("   the last name `approve` is approved, as in Imprint's own sandbox");
        }
        None => println!("   nobody does here: the customer would have to use the secret of the session"),
    }

    println!("\n4. Search again");
    let Some(customer) = search(client).await? else {
        println!("   link a customer to that id first, then run the example again");
        return Ok(());
    };

    println!("\n5. List the customer's payment methods");
    let methods = client.get_payment_methods().customer_id(&customer.id).await?;
    for method in &methods.data {
        let last4 = method.card.as_ref().map_or("none", |card| &card.last4);
        println!("   {} {} {}, card ending in {last4}", method.type_, method.id, method.status);
    }

    println!("\n6. Link the customer to your account");
    link(client, &customer.id).await?;

    println!("\n7. Link the same customer again");
    link(client, &customer.id).await?;

    println!("\n8. Update the customer's language and city");
    update(client, &customer.id).await
}

async fn search(client: &Client) -> Result<Option<Customer>, Error> {
    let found = client.search_customers().partner_customer_id(PARTNER_ID).limit(10).await?;
    let customer = found.data.first().cloned();
    match &customer {
        Some(customer) => println!("   {} found: {}", found.data.len(), customer.id),
        None => println!("   there is none"),
    }
    Ok(customer)
}

/// Links a customer. If a link exists already, the example prints the link that the error contains, and succeeds.
async fn link(client: &Client, customer: &CustomerId) -> Result<(), Error> {
    let call = client.link_customer_account().customer_id(customer);
    match call.partner_customer_id(PARTNER_ID).await {
        Ok(link) => println!("   {} since {}", link.status, link.created_at),
        Err(Error::Api(e)) if e.kind() == ErrorKind::Conflict => {
            println!("   {e}");
            match e.existing_link() {
                Some(link) => println!("   existing link: {} with {}", link.customer_id, link.partner_customer_id),
                None => println!("   the error does not contain the existing link"),
            }
        }
        Err(e) => return Err(e),
    }
    Ok(())
}

/// Updates a customer. Only older pages of Imprint's documentation have this operation, so the example also succeeds
/// if the server does not have it.
async fn update(client: &Client, customer: &CustomerId) -> Result<(), Failure> {
    let call = client.update_customer().customer_id(customer);
    match call.preferred_language("en").city("San Francisco").await {
        Ok(updated) => {
            println!("   {} now prefers {:?}", updated.id, updated.preferred_language.as_deref().unwrap_or("nothing"));
            println!("   the address, as `Debug` prints it in a log: {:?}", updated.address);
        }
        Err(Error::Api(e)) if matches!(e.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) => {
            println!("   {e}: Imprint may have removed the operation, since the current document does not have it");
        }
        Err(e) => return Err(e.into()),
    }
    Ok(())
}
