//! A function of AWS Lambda that confirms rewards.

use std::time::{Duration, SystemTime};

use imprint_client::{Client, ClientBuilder};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

/// The time that the function needs after the call. Lambda ends a function that is late,
/// and then nobody learns how its call ended.
const RESERVE: Duration = Duration::from_secs(1);

/// The message that a reward is in the books.
#[derive(Deserialize)]
pub struct Booked {
    reward_id: String,
}

#[derive(Serialize)]
pub struct Confirmed {
    status: String,
}

/// Confirms a reward in the time that the invocation has left. It may run again with the
/// same message.
pub async fn handle(
    client: &Client,
    event: LambdaEvent<Booked>,
) -> Result<Confirmed, Error> {
    let left =
        event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    let client = client.with_timeout(left.saturating_sub(RESERVE));
    let reward = client.confirm_issued(event.payload.reward_id).await?;
    Ok(Confirmed { status: reward.status.to_string() })
}

/// Settings for a process that is frozen between invocations: no connection is kept,
/// since it may be dead when the process goes on. A POST or PATCH on a dead connection
/// fails, and nobody knows whether the API has carried it out.
pub fn settings(builder: ClientBuilder) -> ClientBuilder {
    builder.http(|http| http.pool_max_idle_per_host(0))
}

#[tokio::main]
pub async fn main() -> Result<(), Error> {
    // Once for each instance of the function, and not for each invocation.
    let client = settings(ClientBuilder::from_env()?).build()?;
    lambda_runtime::run(service_fn(|event| handle(&client, event))).await
}

#[cfg(test)]
mod tests {
    use httpmock::MockServer;
    use lambda_runtime::Context;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing;

    fn event(left: Duration) -> LambdaEvent<Booked> {
        let deadline =
            (SystemTime::now() + left).duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let mut context = Context::default();
        context.deadline = deadline.as_millis().try_into().unwrap();
        LambdaEvent::new(Booked { reward_id: "DCBFC736".into() }, context)
    }

    #[tokio::test]
    async fn a_reward_is_confirmed_in_the_time_that_is_left() {
        let server = MockServer::start_async().await;
        let reward =
            include_str!("../../../tests/payloads/getReward--openapi-composed.json");
        let mut pending: Value = serde_json::from_str(reward).unwrap();
        pending["id"] = json!("DCBFC736");
        pending["status"] = json!("PENDING");
        let mut available = pending.clone();
        available["status"] = json!("AVAILABLE");
        let read = server
            .mock_async(|when, then| {
                when.method("GET").path("/v2/rewards/DCBFC736");
                then.status(200).json_body(pending);
            })
            .await;
        let confirm = server
            .mock_async(|when, then| {
                when.method("PATCH").path("/v2/rewards/DCBFC736");
                then.status(200).json_body(available);
            })
            .await;
        let client = settings(testing::settings(&server)).build().unwrap();

        let confirmed = handle(&client, event(Duration::from_secs(20))).await.unwrap();
        assert_eq!(confirmed.status, "AVAILABLE");
        assert_eq!((read.calls_async().await, confirm.calls_async().await), (1, 1));

        // Without time for a call, nothing is sent.
        assert!(handle(&client, event(RESERVE / 2)).await.is_err());
        assert_eq!((read.calls_async().await, confirm.calls_async().await), (1, 1));
    }
}
