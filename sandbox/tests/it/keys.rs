//! Keys: rotation, permissions, and how a key is shown.

use base64::Engine as _;
use imprint_sandbox::{Permissions, Sandbox};
use serde_json::Value;

use super::plain::{code, send, send_with};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_key_is_rotated_and_the_old_one_never_works_again() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let mut stored = None;
    let rotated = client
        .rotate_key(async |key| {
            stored = Some(key);
            Ok::<_, std::io::Error>(())
        })
        .await?;
    assert!(stored.is_some_and(|key| key.expose().starts_with("sbx_") && key.expose().len() == 28));
    rotated.search_customers().await?;
    let error = client.search_customers().await.expect_err("the old key is deleted");
    assert_eq!(code(&error), 401);
    let plain = send(&sandbox, "DELETE", "/v2/keys", None).await;
    assert_eq!((plain.status, &plain.body), (401, &Value::Null));
    assert!(plain.header("www-authenticate").contains("Basic"));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_key_is_accepted_as_bearer_and_as_basic_and_a_pair_if_it_was_named() -> Test {
    let sandbox = Sandbox::builder().key("made-up").basic_pair("id", "secret").start().await?;
    let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    for (header, status) in [
        ("Bearer made-up".to_owned(), 200),
        (basic("made-up:"), 200),
        (basic("id:secret"), 200),
        (basic("id:wrong"), 401),
        (basic("made-up:x"), 401),
        ("Bearer sandbox-key".into(), 401),
        ("made-up".into(), 401),
    ] {
        let answer = send_with(&sandbox, "GET", "/v2/customers", None, &[("authorization", &header)]).await;
        assert_eq!(answer.status, status, "{header}");
    }
    assert_eq!(send_with(&sandbox, "GET", "/v2/customers", None, &[]).await.status, 401);
    Ok(())
}

#[tokio::test]
async fn permissions_decide_and_a_new_key_has_those_of_its_maker() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let reader = sandbox.client_builder().api_key(sandbox.add_key("reader", Permissions::READ_ONLY)).build()?;
    assert_eq!(reader.search_customers_post().body_map(|b| b.partner_customer_id("A")).await?.data.len(), 1);
    assert_eq!(code(&reader.create_session().await.expect_err("it may not write")), 403);
    let made = reader.create_key().await?;
    let again = sandbox.client_builder().api_key(made.key.clone().ok_or("a key")?).build()?;
    assert_eq!(code(&again.create_session().await.expect_err("nor may this")), 403);

    let pci = sandbox.client_builder().api_key(sandbox.add_key("pci", Permissions::PCI)).build()?;
    let details = async |client: &imprint_client::Client| -> Result<bool, imprint_client::Error> {
        let method = client.get_payment_method().payment_method_id(&customer.payment_method).await?;
        Ok(method.card.as_ref().is_some_and(|card| card.pci_details.is_some()))
    };
    assert!(details(&pci).await? && !details(&reader).await? && !details(&sandbox.client()).await?);
    Ok(())
}

#[tokio::test]
async fn keys_and_accounts_are_told_apart_whatever_their_names_are() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    // The label of the default key, in two ways to write it.
    let (one, two) = (sandbox.add_key("sandbox", Permissions::READ_ONLY), sandbox.add_key("SANDBOX", Permissions::PCI));
    assert_ne!(one.expose(), two.expose());
    client.search_customers().await?;
    client.create_session().await?;
    let reader = sandbox.client_builder().api_key(one).build()?;
    assert_eq!(code(&reader.create_session().await.expect_err("it may not write")), 403);

    // A deleted key stays deleted when another one gets its label.
    reader.delete_key().await?;
    let again = sandbox.client_builder().api_key(sandbox.add_key("sandbox", Permissions::NORMAL)).build()?;
    again.search_customers().await?;
    assert_eq!(code(&reader.search_customers().await.expect_err("it is deleted")), 401);

    // Names that are put together to the same text, and a name that no header could have.
    let (other, odd) = (sandbox.account("a-b"), sandbox.account("\u{fc} \n"));
    other.customer("A").create()?;
    sandbox.account("a").add_key("b", Permissions::NORMAL);
    assert_eq!(other.client().search_customers().await?.total, Some(1));
    assert_eq!(odd.client().search_customers().await?.total, Some(0));
    let first = sandbox.account("sandbox");
    assert_eq!(first.key().expose(), sandbox.key().expose());
    first.client().search_customers().await?;
    Ok(())
}

#[tokio::test]
async fn two_keys_with_the_same_text_are_refused_and_the_letter_case_of_a_text_counts() -> Test {
    let double = Sandbox::builder().key("made-up").key_with("reports", "made-up", Permissions::PCI).start().await;
    let error = double.expect_err("a request could not tell them apart").to_string();
    assert!(error.contains("`reports`") && !error.contains("made-up"), "{error}");
    let sandbox =
        Sandbox::builder().key_with("x", "key", Permissions::READ_ONLY).key_with("X", "KEY", Permissions::PCI);
    let sandbox = sandbox.start().await?;
    assert_eq!(code(&sandbox.client().create_session().await.expect_err("it may not write")), 403);
    sandbox.client_builder().api_key("KEY").build()?.create_session().await?;
    Ok(())
}

#[tokio::test]
async fn a_pair_ends_with_the_key_that_it_stands_for() -> Test {
    let sandbox = Sandbox::builder().key("first").key("second").basic_pair("id", "secret").start().await?;
    let pair = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode("id:secret"));
    let search = async || send_with(&sandbox, "GET", "/v2/customers", None, &[("authorization", &pair)]).await.status;
    assert_eq!(search().await, 200);
    sandbox.client().delete_key().await?;
    assert_eq!(search().await, 401, "it does not go over to the second key");
    sandbox.client_builder().api_key("second").build()?.search_customers().await?;
    Ok(())
}
