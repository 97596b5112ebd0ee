//! Runs of `ensure_linked`: success means that this pair is linked, and no other pair ever is.

use std::time::Duration;

use serde_json::{Value, json};

use super::stage::{Ended, Stage};
use crate::error::Error;
use crate::ext::LinkError;
use crate::types::CustomerLink;

/// The time limit of a call.
const LIMIT: Duration = Duration::from_secs(100);

const ACCOUNT: &str = "ACCOUNT-1";

const REFUSED_FALSELY: &str = "the server answered 429 to a link that it had made";

type Answer = Result<CustomerLink, LinkError>;
type Pair = (String, String);

pub(super) fn links(stage: &mut Stage<'_>) -> Result<Ended, String> {
    let [first, second, third] = stage.world.customers.clone();
    let before: Option<Pair> = match stage.random.below(6) {
        0 => Some((first.clone(), ACCOUNT.to_owned())),
        1 => Some((first.clone(), "ACCOUNT-9".to_owned())),
        2 => Some((third, ACCOUNT.to_owned())),
        _ => None,
    };
    if let Some((customer, account)) = &before {
        let body = json!({"partner_customer_id": account});
        let (status, link) = stage.world.send("POST", &format!("/v2/customers/{customer}/link"), Some(&body));
        assert_eq!(status, 200, "{link}");
        stage.tell(format!("before the run was made {link}"));
    }
    let linked_before = linked(stage);
    let pair = (first.clone(), ACCOUNT.to_owned());
    let mut asked = vec![pair.clone()];
    let client = stage.client();
    let ensure = async |(customer, account): Pair| client.ensure_linked(customer, account).await;
    let mut answers: Vec<(Pair, Answer)> = Vec::new();
    match stage.random.below(6) {
        0 => {
            let other = match stage.random.below(3) {
                0 => (first.to_lowercase(), ACCOUNT.to_owned()),
                1 => (first, "ACCOUNT-2".to_owned()),
                _ => (second, ACCOUNT.to_owned()),
            };
            asked.push(other.clone());
            let (one, two) = stage.run_both(ensure(pair.clone()), ensure(other.clone()));
            answers.extend([(pair, one), (other, two)]);
        }
        way => {
            for _ in 0..=usize::from(way < 4) {
                let begun = stage.passed();
                let answer = stage.run(ensure(pair.clone()));
                super::super::in_time(stage.passed() - begun, LIMIT)?;
                let is_open = matches!(answer, Err(LinkError::Call(_)));
                answers.push((pair.clone(), answer));
                if !is_open {
                    break;
                }
            }
        }
    }
    for (pair, answer) in &answers {
        stage.tell(format!("{pair:?} ended with {}", describe(answer)));
    }
    stage.network(|network| network.settle());
    let links = linked(stage);
    stage.tell(format!("linked are {links:?}"));
    let is = |pair: &Pair, other: &Pair| pair.0.eq_ignore_ascii_case(&other.0) && pair.1 == other.1;
    for link in &links {
        if !linked_before.contains(link) && !asked.iter().any(|pair| is(pair, link)) {
            return Err(format!("{link:?} is linked, and nobody asked for it"));
        }
    }
    if linked_before.iter().any(|link| !links.contains(link)) {
        return Err("a link that was there is gone".into());
    }
    let falsely = stage.network(|network| network.exchanges.iter().any(|exchange| exchange.is_falsely_refused()));
    let mut excused = None;
    for (pair, answer) in &answers {
        let there = links.iter().any(|link| is(pair, link));
        let shown =
            |link: &CustomerLink| (link.customer_id.as_str().to_owned(), link.partner_customer_id.as_str().to_owned());
        match answer {
            Ok(link) if !there || !is(&shown(link), pair) => return Err("Ok, and the pair is not linked".into()),
            Err(LinkError::LinkedElsewhere { existing, .. })
                if !links.iter().any(|link| is(link, &shown(existing))) || is(&shown(existing), pair) =>
            {
                return Err("linked elsewhere, and it is not".into());
            }
            Err(LinkError::Inactive(_)) => return Err("no link is inactive".into()),
            // If there are two calls, the other one may have made the link.
            Err(LinkError::Call(error))
                if there
                    && answers.len() == 1
                    && linked_before.is_empty()
                    && !error.may_have_been_processed()
                    && !is_conflict(error) =>
            {
                if !falsely {
                    return Err("refused, and the pair is linked".into());
                }
                excused = Some(REFUSED_FALSELY);
            }
            _ => {}
        }
    }
    let (_, last) = answers.last().expect("there is a call");
    if stage.is_sound() && matches!(last, Err(LinkError::Call(error)) if !is_conflict(error)) {
        return Err("nothing went wrong, and the call failed".into());
    }
    Ok(Ended::unless(name(last), excused))
}

/// The pairs that are linked.
fn linked(stage: &Stage<'_>) -> Vec<Pair> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let books = stage.world.books();
    books.rows("links").map(|row| (text(&row["customer_id"]), text(&row["partner_customer_id"]))).collect()
}

/// Whether the error is a 409: it shows that some link exists, but not which one.
fn is_conflict(error: &Error) -> bool {
    error.status().is_some_and(|status| status == 409)
}

fn name(answer: &Answer) -> &'static str {
    match answer {
        Ok(_) => "linked",
        Err(LinkError::LinkedElsewhere { .. }) => "linked elsewhere",
        Err(LinkError::Call(error)) if is_conflict(error) => "a conflict without the link",
        Err(LinkError::Call(error)) if error.may_have_been_processed() => "in doubt",
        Err(LinkError::Call(_)) => "refused",
        Err(LinkError::Inactive(_)) => "inactive",
    }
}

fn describe(answer: &Answer) -> String {
    answer.as_ref().map_or_else(|error| format!("{}: {error}", name(answer)), |_| name(answer).to_owned())
}
