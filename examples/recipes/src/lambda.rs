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
    use imprint_client::types::RewardId;
    use imprint_sandbox::{RewardKind, Sandbox};
    use lambda_runtime::Context;

    use super::*;
    use crate::testing;

    fn event(reward: &RewardId, left: Duration) -> LambdaEvent<Booked> {
        let deadline =
            (SystemTime::now() + left).duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let mut context = Context::default();
        context.deadline = deadline.as_millis().try_into().unwrap();
        LambdaEvent::new(Booked { reward_id: reward.to_string() }, context)
    }

    #[tokio::test]
    async fn a_reward_is_confirmed_in_the_time_that_is_left() {
        let sandbox = Sandbox::start().await.unwrap();
        let customer = sandbox.customer("PARTNER_USER_456").create().unwrap();
        let reward =
            sandbox.grant_reward(&customer, RewardKind::OneTime, 500).await.unwrap();
        let client = settings(testing::settings(&sandbox)).build().unwrap();

        // Without time for a call, nothing is sent.
        assert!(handle(&client, event(&reward, RESERVE / 2)).await.is_err());
        assert!(sandbox.requests().is_empty());

        // It may run again with the same message.
        for _ in 0..2 {
            let event = event(&reward, Duration::from_secs(20));
            assert_eq!(handle(&client, event).await.unwrap().status, "AVAILABLE");
        }
        sandbox.requests().to("patchReward").assert_count(1);
        sandbox.verify().unwrap();
    }
}
