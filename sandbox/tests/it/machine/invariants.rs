//! What has to hold, whatever has happened.

use std::collections::BTreeSet;

use imprint_sandbox::Rewards;
use proptest::test_runner::TestCaseError;
use serde_json::Value;

use super::books::Books;
use super::driver::{Answer, Driver, PRODUCTS, check};

type Held = Result<(), TestCaseError>;

/// What holds of any state.
pub fn of(books: &Books, rewards: &Rewards) -> Held {
    for transaction in books.rows("transactions") {
        sums(transaction)?;
    }
    let steps = books.step_ids();
    check(distinct(&steps), "the ids of events are distinct")?;
    // One event for each step, in the order of the steps.
    let told: Vec<String> = of_kind(books, "TRANSACTION").iter().map(|data| text(data, "event_id")).collect();
    check(told.iter().collect::<BTreeSet<_>>() == steps.iter().collect(), "each step has one event")?;
    check(distinct(&told), "no step has two events")?;
    rewards_of_steps(books, rewards)?;
    check(distinct(&books.texts("links", "customer_id")), "a customer has one link")?;
    for product in PRODUCTS {
        let linked = books.texts_of("links", "partner_customer_id", product);
        check(distinct(&linked), "a partner's id is linked once in a product")?;
    }
    for table in ["customers", "links", "payment_methods", "intents", "transactions", "rewards", "orders"] {
        for row in books.rows(table) {
            let (created, updated) = (number(row, "created_at"), number(row, "updated_at"));
            check(created <= updated && updated <= books.now(), "created, updated and now are in this order")?;
        }
    }
    for row in books.rows("orders") {
        let lines = row["sent"]["order_lines"].as_array().expect("lines");
        let total: i64 = lines.iter().map(|line| number(line, "rate") * number(line, "quantity")).sum();
        check(total == number(&row["sent"], "total_order_amount"), "the sums of an order are right")?;
    }
    for row in books.rows("streaks") {
        let (completed, total) = (number(row, "completed"), number(row, "total"));
        let is_completed = text(row, "status") == "Completed";
        check(completed <= total && is_completed == (completed == total), "a streak ends with its last period")?;
    }
    for row in books.rows("payment_methods") {
        if let Some(loan) = row["what"].get("Loan") {
            let (status, loan) = (text(row, "status"), text(loan, "status"));
            check(
                status != "Active" || ["Approved", "Active"].contains(&loan.as_str()),
                "a loan is active once approved",
            )?;
            check(
                status == "Canceled" || !["Rejected", "Closed"].contains(&loan.as_str()),
                "a loan that is over is canceled",
            )?;
        }
    }
    Ok(())
}

/// What holds between the states before and after a step that does not go back.
pub fn between(before: &Books, after: &Books, rewards: &Rewards) -> Held {
    check(before.now() <= after.now(), "the clock does not go backwards")?;
    let arrows = [("Pending", "Available"), ("PendingDeduction", "Deducted")];
    for was in before.rows("rewards") {
        let is = after.rows("rewards").into_iter().find(|row| row["id"] == was["id"]);
        let is = is.ok_or_else(|| TestCaseError::fail("a reward is gone"))?;
        let step = (text(was, "status"), text(is, "status"));
        let known = arrows.iter().any(|(from, to)| step.0 == *from && step.1 == *to);
        check(step.0 == step.1 || known, "a reward takes only the steps that exist")?;
        let may_change = step.0.starts_with("Pending");
        check(may_change || was["amount"] == is["amount"], "the amount changes only while it is pending")?;
    }
    for was in before.rows("transactions") {
        let is = after.rows("transactions").into_iter().find(|row| row["id"] == was["id"]);
        let is = is.ok_or_else(|| TestCaseError::fail("a transaction is gone"))?;
        let is_over = was["is_voided"] == true && is["steps"] != was["steps"];
        check(!is_over, "nothing follows a void")?;
    }
    for was in before.rows("payment_methods") {
        let is = after.rows("payment_methods").into_iter().find(|row| row["id"] == was["id"]);
        let stays = was["status"] != "Canceled" || is.is_some_and(|is| is["status"] == "Canceled");
        check(stays, "a canceled payment method stays canceled")?;
    }
    for was in before.rows("streaks") {
        let is = after.rows("streaks").into_iter().find(|row| row["id"] == was["id"]);
        check(is.is_some_and(|is| was["status"] == "InProgress" || is == was), "a streak that is over stays as it is")?;
    }
    for was in before.rows("customers") {
        let is = after.rows("customers").into_iter().find(|row| row["id"] == was["id"]);
        let closed = was["statuses"].as_object().into_iter().flatten().filter(|(_, status)| *status == "CLOSED");
        let stay =
            closed.map(|(program, _)| program).all(|program| is.is_some_and(|is| is["statuses"][program] == "CLOSED"));
        check(stay, "a closed account stays closed")?;
    }
    accrued(before, after, rewards)
}

/// What holds of one simulated step: its answer is in the books, or nothing is.
pub fn step(before: &Books, after: &Books, answer: &Answer) -> Held {
    let more = after.step_ids().len() - before.step_ids().len();
    check(more == usize::from(answer.status == 200), "an accepted step is one step, a refused one none")?;
    if answer.status == 200 {
        let event = text(&answer.body, "event_id");
        let told = of_kind(after, "TRANSACTION");
        let last = told.last().ok_or_else(|| TestCaseError::fail("no event"))?;
        check(text(last, "event_id") == event, "the event has the ids of the answer")?;
        check(text(last, "status") == text(&answer.body, "status"), "and its status")?;
    }
    Ok(())
}

/// What answers say, compared with the books.
pub async fn answers(driver: &Driver, books: &Books, product: &str) -> Held {
    for customer in books.texts_of("customers", "id", product) {
        let balance = driver.send("GET", &format!("/v2/customers/{customer}/rewards_balance"), None).await;
        let own = books.rows("rewards").into_iter().filter(|row| row["customer_id"] == customer.as_str());
        let sum: i128 = own.map(|row| i128::from(signed(row, "Available", "Deducted"))).sum();
        let sum = i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX });
        check(
            number(&balance.body, "reward_balance") == sum,
            "the balance is what is available less what was deducted",
        )?;
        pages(driver, &format!("/v2/customers/{customer}/transactions"), "id").await?;
        pages(driver, &format!("/v2/customers/{customer}/rewards"), "id").await?;
    }
    for path in ["/v2/customers", "/v2/rewards", "/v2/transaction_intents"] {
        pages(driver, path, "id").await?;
    }
    pages(driver, "/v2/order_events", "order_event_id").await?;
    for transaction in books.rows("transactions").into_iter().filter(|row| row["product"] == product) {
        let read = driver.send("GET", &format!("/v2/transactions/{}", text(transaction, "id")), None).await;
        let last = transaction["steps"].as_array().and_then(|steps| steps.last()).expect("a step");
        check(
            text(&read.body, "status") == text(last, "status").to_uppercase(),
            "the status is that of the last step",
        )?;
        check(number(&read.body, "amount") >= 0, "no amount is negative")?;
    }
    Ok(())
}

/// Every event since the endpoint exists has one delivery, which is acknowledged, due or dead.
pub fn deliveries(books: &Books, seeded_events: usize) -> Held {
    if books.rows("endpoints").is_empty() {
        return check(books.rows("deliveries").is_empty(), "without an endpoint nothing is delivered");
    }
    // The customers of the seed were approved before the endpoint was registered.
    let events = books.events();
    let rows = books.rows("deliveries");
    check(rows.len() + seeded_events == events.len(), "each event has one delivery")?;
    for (row, event) in rows.iter().zip(&events[seeded_events..]) {
        check(row["object"] == event["object"], "deliveries are in the order of the events")?;
        let status = text(row, "status");
        let attempts = row["attempts"].as_array().expect("attempts").len();
        match status.as_str() {
            "Waiting" => check((1..12).contains(&attempts), "a delivery that waits has been tried")?,
            "Dead" => check(attempts == 12, "a dead delivery was tried twelve times")?,
            _ => check(false, "a delivery is acknowledged, due or dead")?,
        }
    }
    Ok(())
}

/// Pages of any size are the whole list, and the total is its length.
async fn pages(driver: &Driver, path: &str, cursor: &str) -> Held {
    let ids = |body: &Value| -> Vec<String> {
        body["data"].as_array().expect("a list").iter().map(|item| text(item, cursor)).collect()
    };
    let whole = driver.send("GET", &format!("{path}?limit=1000"), None).await.body;
    let all = ids(&whole);
    check(
        distinct(&all) && number(&whole, "total") == all.len() as i64,
        "a list has each item once, and total counts them",
    )?;
    for limit in [1, 3] {
        let mut found: Vec<String> = Vec::new();
        loop {
            let after = found.last().map_or(String::new(), |id| format!("&starting_after={id}"));
            let page = driver.send("GET", &format!("{path}?limit={limit}{after}"), None).await.body;
            let items = ids(&page);
            check(items.len() <= limit, "a page is not longer than its limit")?;
            found.extend(items);
            if page["has_more"] != true {
                break;
            }
            check(found.len() <= all.len(), "pages come to an end")?;
        }
        check(found == all, "the pages are the list")?;
    }
    Ok(())
}

/// No more is refunded of a capture than it was of, and no sum is negative.
fn sums(transaction: &Value) -> Held {
    let captures = transaction["captures"].as_array().expect("captures");
    for capture in captures {
        let (amount, refunded) = (number(capture, "amount"), number(capture, "refunded"));
        check(0 <= refunded && refunded <= amount, "a capture is refunded at most whole")?;
    }
    let is_void = transaction["is_voided"] == true;
    check(!is_void || captures.is_empty(), "what was captured is not voided")?;
    let steps = transaction["steps"].as_array().expect("steps");
    check(steps.iter().all(|step| number(step, "amount") >= 0), "no step is of less than nothing")?;
    let of = |status: &str| -> i128 {
        let own = steps.iter().filter(|step| step["status"] == status);
        own.map(|step| i128::from(number(step, "amount"))).sum()
    };
    let captured: i128 = captures.iter().map(|capture| i128::from(number(capture, "amount"))).sum();
    check(of("Captured") == captured, "the captures are the steps of that name")?;
    let blind = transaction["blind_refund"].as_i64().unwrap_or_default();
    let refunded: i128 = captures.iter().map(|capture| i128::from(number(capture, "refunded"))).sum();
    check(of("Refunded") == refunded + i128::from(blind), "the refunds are the steps of that name")
}

/// With rewards per event there is one for each capture and refund that comes to something; with any other scheme none.
fn rewards_of_steps(books: &Books, scheme: &Rewards) -> Held {
    let rewards = books.rows("rewards");
    let of_steps: Vec<_> = rewards.iter().filter(|row| row["kind"] == "Transaction").collect();
    if *scheme != per_event() {
        return check(of_steps.is_empty(), "only a product with rewards per event has a reward of a step");
    }
    let mut expected = BTreeSet::new();
    for transaction in books.rows("transactions") {
        for step in transaction["steps"].as_array().expect("steps") {
            let counts = step["status"] == "Captured" || step["status"] == "Refunded";
            if counts && i128::from(number(step, "amount")) * 200 / 10_000 > 0 {
                expected.insert(text(step, "event_id"));
            }
        }
    }
    let found: Vec<String> = of_steps.iter().map(|row| text(row, "transaction_event_id")).collect();
    check(distinct(&found), "an event has one reward")?;
    check(found.into_iter().collect::<BTreeSet<_>>() == expected, "each capture and refund has its reward")
}

/// With statements nothing is lost between what accrued and what was paid: both together change only by new steps.
fn accrued(before: &Books, after: &Books, scheme: &Rewards) -> Held {
    let kinds = ["Statement", "Delayed"];
    let total = |books: &Books| -> i128 {
        let open: i128 = books.rows("accruals").iter().map(|row| i128::from(number(row, "amount"))).sum();
        let paid = books.rows("rewards").into_iter().filter(|row| kinds.iter().any(|kind| row["kind"] == *kind));
        open + paid.map(|row| i128::from(signed(row, "Available", "Deducted"))).sum::<i128>()
    };
    let of_steps = |books: &Books| -> i128 {
        let steps =
            books.rows("transactions").into_iter().flat_map(|row| row["steps"].as_array().into_iter().flatten());
        steps
            .map(|step| {
                let reward = i128::from(number(step, "amount")) * 200 / 10_000;
                match step["status"].as_str() {
                    Some("Captured") => reward,
                    Some("Refunded") => -reward,
                    _ => 0,
                }
            })
            .sum()
    };
    let change = total(after) - total(before);
    if [per_event(), Rewards::none()].contains(scheme) {
        return check(change == 0 && after.rows("accruals").is_empty(), "only a product with statements accrues");
    }
    check(change == of_steps(after) - of_steps(before), "what accrued is open or paid")
}

/// The scheme of the cases with rewards per event.
pub fn per_event() -> Rewards {
    Rewards::per_event(200)
}

/// The data of the events of a kind.
fn of_kind(books: &Books, object: &str) -> Vec<Value> {
    books.events().into_iter().filter(|event| event["object"] == object).map(|event| event["data"].clone()).collect()
}

fn signed(row: &Value, plus: &str, minus: &str) -> i64 {
    match row["status"].as_str() {
        Some(status) if status == plus => number(row, "amount"),
        Some(status) if status == minus => -number(row, "amount"),
        _ => 0,
    }
}

fn distinct(texts: &[String]) -> bool {
    texts.iter().collect::<BTreeSet<_>>().len() == texts.len()
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}
