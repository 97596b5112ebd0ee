//! How closely requests are compared with the document.

use imprint_sandbox::{Sandbox, Validation};
use serde_json::json;

use super::plain::send;

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn unknown_fields_are_ignored_with_a_note_that_asks_what_was_meant() -> Test {
    let sandbox = Sandbox::start().await?;
    let body = json!({"custmer_id": "x", "customer_history": {"frist_name": "Jo"}, "metadata": {"anything": 1}});
    let answer = send(&sandbox, "POST", "/v2/customer_sessions?dry=1", Some(body)).await;
    assert_eq!(answer.status, 201);
    assert!(answer.choices().contains(&"unknown-fields-are-ignored"));
    let mut notes = sandbox.requests()[0].notes.clone();
    notes.sort();
    assert_eq!(
        notes,
        [
            "customer_history.frist_name ignored, did you mean first_name?",
            "custmer_id ignored, did you mean customer_id?",
            "dry ignored",
        ]
        .map(str::to_owned)
        .into_iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    Ok(())
}

#[tokio::test]
async fn strict_refuses_what_the_document_does_not_name() -> Test {
    let sandbox = Sandbox::builder().validation(Validation::Strict).start().await?;
    let answer = send(&sandbox, "POST", "/v2/customer_sessions", Some(json!({"custmer_id": "x"}))).await;
    assert_eq!(
        (answer.status, answer.body["details"][0].as_str()),
        (400, Some("custmer_id: is unknown, did you mean customer_id?"))
    );
    assert_eq!(send(&sandbox, "GET", "/v2/customers?lmit=1", None).await.status, 400);
    assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", Some(json!({"source": "web"}))).await.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_number_that_its_format_does_not_allow_is_refused() -> Test {
    let sandbox = Sandbox::start().await?;
    for (limit, status) in [(2_147_483_647_u64, 200), (2_147_483_648, 400)] {
        let answer = send(&sandbox, "GET", &format!("/v2/customers?limit={limit}"), None).await;
        assert_eq!(answer.status, status, "{limit}: {:?}", answer.body);
    }
    Ok(())
}

#[tokio::test]
async fn the_empty_text_counts_as_absent_unless_told_otherwise() -> Test {
    let sandbox = Sandbox::start().await?;
    let body = json!({"customer_id": "", "partner_customer_id": "A", "metadata": {"note": ""}});
    let answer = send(&sandbox, "POST", "/v2/customer_sessions", Some(body.clone())).await;
    assert_eq!((answer.status, &answer.body["metadata"]), (201, &json!({"note": ""})));
    assert!(answer.choices().contains(&"empty-text-is-absent"));
    assert_eq!(send(&sandbox, "GET", "/v2/customers?partner_customer_id=", None).await.body["total"], 1);
    let strict = Sandbox::builder().validation(Validation::Strict).start().await?;
    assert_eq!(send(&strict, "POST", "/v2/customer_sessions", Some(body.clone())).await.status, 201);
    assert_eq!(send(&strict, "GET", "/v2/customers?partner_customer_id=", None).await.body["total"], 1);
    // It is none of the listed values.
    for (level, status) in [(&sandbox, 200), (&strict, 400)] {
        assert_eq!(send(level, "GET", "/v2/transaction_intents?type=", None).await.status, status);
    }
    // Without validation it is the id of no customer, and the partner's id of none. Unknown fields are ignored all the same.
    let off = Sandbox::builder().validation(Validation::Off).start().await?;
    assert_eq!(send(&off, "POST", "/v2/customer_sessions", Some(body)).await.status, 400);
    off.customer("A").create()?;
    assert_eq!(send(&off, "GET", "/v2/customers?partner_customer_id=&other=1", None).await.body["total"], 0);
    assert_eq!(off.requests().to("searchCustomers")[0].notes, ["other ignored"]);
    Ok(())
}

#[tokio::test]
async fn formats_and_patterns_are_checked_and_values_are_not_repeated() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").create()?;
    let body = json!({"email": "no-address", "phone": "call-me", "city": 7});
    let answer = send(&sandbox, "POST", &format!("/v2/customers/{customer}"), Some(body)).await;
    let details = answer.body["details"].to_string();
    assert_eq!((answer.status, answer.body["details"].as_array().map(Vec::len)), (400, Some(3)), "{details}");
    for (name, value) in [("email: ", "no-address"), ("phone: ", "call-me"), ("city: ", "7")] {
        assert!(details.contains(name) && !details.contains(value), "{details}");
    }
    Ok(())
}

#[tokio::test]
async fn off_compares_nothing_and_still_cannot_do_without_what_it_needs() -> Test {
    let sandbox = Sandbox::builder().validation(Validation::Off).start().await?;
    let customer = sandbox.customer("A").create()?;
    let odd = json!({"email": "no-address", "metadata": {}});
    assert_eq!(send(&sandbox, "POST", &format!("/v2/customers/{customer}"), Some(odd)).await.status, 200);
    assert_eq!(send(&sandbox, "GET", "/v2/customers?limit=0", None).await.status, 400);
    assert_eq!(send(&sandbox, "GET", "/v2/payment_methods", None).await.status, 400);
    assert_eq!(send(&sandbox, "POST", &format!("/v2/customers/{customer}/link"), Some(json!({}))).await.status, 400);
    assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", Some(json!([]))).await.status, 400);
    assert!(sandbox.bugs().is_empty(), "{:?}", sandbox.bugs());
    Ok(())
}

#[tokio::test]
async fn an_unknown_field_is_not_kept_although_the_answer_has_one_of_that_name() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let body = json!({
        "payment_method_id": customer.payment_method.as_str(), "status": "CAPTURED", "amount": 1,
        "partner_transaction_id": "mine", "merchant": {"name": "Target", "motto": "x"},
    });
    let made = send(&sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await.body;
    let path = format!("/v2/transactions/{}", made["transaction_id"].as_str().ok_or("an id")?);
    let read = send(&sandbox, "GET", &path, None).await.body;
    assert_eq!((read.get("partner_transaction_id"), &read["merchant"]), (None, &json!({"name": "Target"})));
    Ok(())
}

#[tokio::test]
async fn a_name_that_is_a_card_number_is_hidden_in_the_log_and_in_the_error() -> Test {
    const PAN: &str = "4111111592341815";
    for level in [Validation::AsImprint, Validation::Strict] {
        let sandbox = Sandbox::builder().validation(level).start().await?;
        let path = format!("/v2/customer_sessions?{PAN}=1");
        let answer = send(&sandbox, "POST", &path, Some(json!({PAN: 1, "metadata": {}}))).await;
        assert_eq!(answer.status, if level == Validation::Strict { 400 } else { 201 });
        let shown = format!("{:?} {:?}", sandbox.requests(), sandbox.requests()[0]);
        assert!(!shown.contains(PAN) && !answer.body.to_string().contains(PAN), "{shown} {}", answer.body);
        assert_eq!(sandbox.requests()[0].query[0].0, "[hidden]");
    }
    Ok(())
}
