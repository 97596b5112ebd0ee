//! Streaks, of which only webhooks tell.

use std::time::Duration;

use imprint_client::types::{StreakEvent, StreakStatus, StreakWebhookPayload};
use imprint_sandbox::{Product, Sandbox};
use serde_json::{Value, json};

use super::payloads::data_of;

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_streak_is_completed_period_by_period_and_ends_with_the_benefits() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").create()?;
    let setup = sandbox.streak(&customer).benefit("BENEFIT_1").benefit("BENEFIT_2").metadata("tier", "gold");
    let streak = setup.enroll("CONFIG", 2).await?;
    sandbox.advance(Duration::from_secs(86_400)).await;
    streak.complete_period().await?;
    streak.complete_period().await?;
    let expected = |event: &str,
                    status: &str,
                    current: u32,
                    completed: u32,
                    period: [&str; 2],
                    benefits: Value,
                    at: &str| {
        json!({
            "merchant_key": "DEFAULT_PRODUCT", "customer_id": customer.as_str(), "partner_customer_id": "A",
            "streak_id": streak.id().as_str(), "streak_config_id": "CONFIG", "event": event, "status": status,
            "period_type": "STATEMENT", "current_period": current, "completed_periods": completed, "total_periods": 2,
            "current_period_start_at": period[0], "current_period_end_at": period[1], "benefits": benefits,
            "created_at": at, "metadata": {"tier": "gold"},
        })
    };
    let first = ["2026-01-01T00:00:00.002Z", "2026-01-31T00:00:00.002Z"];
    let second = [first[1], "2026-03-02T00:00:00.002Z"];
    let both = json!(["BENEFIT_1", "BENEFIT_2"]);
    assert_eq!(
        data_of(&sandbox, "STREAK"),
        [
            expected("ENROLLED", "IN_PROGRESS", 1, 0, first, json!([]), "2026-01-01T00:00:00.002Z"),
            expected("PERIOD_COMPLETED", "IN_PROGRESS", 1, 1, first, json!([]), "2026-01-02T00:00:00.003Z"),
            expected("STREAK_COMPLETED", "COMPLETED", 2, 2, second, both, "2026-01-02T00:00:00.004Z"),
        ]
    );
    for refused in [streak.complete_period().await, streak.fail().await] {
        let refused = refused.expect_err("it is over");
        assert_eq!(refused.code(), Some("CONFLICT_ERROR"));
        assert!(refused.to_string().contains("COMPLETED"), "{refused}");
    }
    assert_eq!(sandbox.events().len(), 3, "what is refused is no event");
    Ok(())
}

#[tokio::test]
async fn a_missed_period_ends_the_streak_and_the_client_reads_the_event() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let setup = sandbox.streak(&customer.customer_id).benefit("BENEFIT_1").period_type("WEEK");
    let streak = setup.period_length(Duration::from_secs(7 * 86_400)).enroll("CONFIG", 3).await?;
    streak.complete_period().await?;
    streak.fail().await?;
    assert!(streak.complete_period().await.is_err() && streak.fail().await.is_err());
    let all = data_of(&sandbox, "STREAK");
    let failed = all.last().ok_or("an event")?;
    assert!(failed.get("current_period_start_at").is_none() && failed.get("current_period_end_at").is_none());
    assert_eq!((&failed["benefits"], &failed["period_type"]), (&json!([]), &json!("WEEK")));
    let body = sandbox.events().pop().ok_or("an event")?.body;
    let payload: StreakWebhookPayload = serde_json::from_value(body)?;
    let data = payload.data.ok_or("data")?;
    assert_eq!((data.event, data.status), (Some(StreakEvent::StreakFailed), Some(StreakStatus::Failed)));
    assert_eq!((data.current_period, data.completed_periods, data.total_periods), (Some(2), Some(1), Some(3)));
    assert_eq!(data.streak_id.as_ref(), Some(streak.id()));
    Ok(())
}

#[tokio::test]
async fn a_streak_of_one_period_is_completed_at_once_and_one_of_none_is_refused() -> Test {
    let sandbox =
        Sandbox::builder().product(Product::default()).product(Product::default().merchant_key("TWO")).start().await?;
    let customer = sandbox.customer("A").merchant_key("TWO").create()?;
    assert!(sandbox.streak(&customer).enroll("CONFIG", 0).await.is_err());
    let unknown = sandbox.streak("none").enroll("CONFIG", 1).await.expect_err("no such customer");
    assert_eq!(unknown.code(), Some("CUSTOMER_NOT_FOUND_ERROR"));
    assert!(sandbox.events().is_empty());
    let streak = sandbox.streak(&customer).enroll("CONFIG", 1).await?;
    let other = sandbox.streak(&customer).enroll("CONFIG", 1).await?;
    assert_ne!(streak.id(), other.id());
    streak.complete_period().await?;
    let all = data_of(&sandbox, "STREAK");
    let kinds: Vec<_> = all.iter().map(|data| (&data["event"], &data["merchant_key"])).collect();
    let two = json!("TWO");
    assert_eq!(kinds, [(&json!("ENROLLED"), &two), (&json!("ENROLLED"), &two), (&json!("STREAK_COMPLETED"), &two)]);
    Ok(())
}

#[tokio::test]
async fn metadata_is_not_in_debug_output() -> Test {
    let sandbox = Sandbox::start().await?;
    let shown = format!("{:?}", sandbox.streak("C").metadata("nickname", "Jo"));
    assert!(shown.contains("nickname") && !shown.contains("Jo"), "{shown}");
    Ok(())
}
