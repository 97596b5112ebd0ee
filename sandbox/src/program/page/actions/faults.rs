//! Faults. What would be a mistake of the test in Rust, and panics there, is told at the field here.

use std::time::Duration;

use crate::program::page::problem::{Fields, Problem};
use crate::sandbox::{Fault, FaultPlace, Sandbox};

use super::Done;

/// How long a fault lets a request or its answer wait at most.
const LONGEST_WAIT: u64 = 600_000;

/// What can go wrong: the name in the form, and the label.
pub const EFFECTS: &[(&str, &str)] = &[
    ("status", "An error of a status"),
    ("retry-after", "429 with retry-after, in seconds"),
    ("html", "A page of HTML with a status"),
    ("empty", "No body"),
    ("body", "Another text as the body"),
    ("delay", "A delay, in milliseconds"),
    ("slow-body", "A slow body, in milliseconds"),
    ("hang", "No answer at all"),
    ("refuse-before", "The connection is reset, nothing is carried out"),
    ("lose-answer", "Carried out, and the answer is lost"),
    ("cut-body", "The body ends after so many bytes"),
    ("unknown-enum", "An unknown value at a place"),
    ("null", "Null at a place"),
    ("without", "A place is left out"),
    ("extra-fields", "Fields that the document does not have"),
    ("lower-case-ids", "Ids in lower case"),
    ("as-200", "Errors under status 200"),
];

pub async fn add(sandbox: &Sandbox, fields: &Fields) -> Done {
    let operation = fields.get("operation");
    if !operation.is_empty() && !sandbox.operation_ids().iter().any(|known| known == operation) {
        let near = sandbox.nearest_operation(operation);
        let near = near.map_or(String::new(), |near| format!(" Did you mean {near}?"));
        return Err(Problem::at("operation", format!("The document has no operation {operation}.{near}")));
    }
    // Everything is read before anything is set, so that a form that is refused leaves no fault behind.
    let turn = turn(fields)?;
    let effect = effect(fields)?;
    let place = if operation.is_empty() { sandbox.on_any() } else { sandbox.on(operation) };
    effect(turn(place));
    Ok(None)
}

pub async fn remove(sandbox: &Sandbox, fields: &Fields) -> Done {
    let number = fields.get("id").parse().ok().filter(|number| sandbox.remove_fault(*number));
    number.map(|_: u64| None).ok_or_else(|| Problem::new("There is no such fault any more."))
}

pub async fn clear(sandbox: &Sandbox, _: &Fields) -> Done {
    sandbox.faults().clear();
    Ok(None)
}

type Turn = Box<dyn FnOnce(FaultPlace) -> Fault + Send>;
type Effect = Box<dyn FnOnce(Fault) -> Fault + Send>;

/// Which requests are struck.
fn turn(fields: &Fields) -> Result<Turn, Problem> {
    let name = fields.get("turn");
    if name == "always" {
        return Ok(Box::new(FaultPlace::always));
    }
    let count = fields.number("count", 1, 1_000_000)?;
    match name {
        "next" => Ok(Box::new(move |place| place.next(count))),
        "nth" => Ok(Box::new(move |place| place.nth(count))),
        "every" => Ok(Box::new(move |place| place.every(count))),
        _ => Err(Problem::at("turn", "Choose which requests are struck.")),
    }
}

/// What happens to them.
fn effect(fields: &Fields) -> Result<Effect, Problem> {
    let status = || fields.number("detail", 200, 599).map(|status| u16::try_from(status).unwrap_or(500));
    let wait = || fields.number("detail", 1, LONGEST_WAIT).map(Duration::from_millis);
    let pointer = || {
        let text = fields.required("detail", "a JSON pointer such as /data/0/status")?;
        let problem = || Problem::at("detail", "A JSON pointer begins with a slash: /data/0/status.");
        text.starts_with('/').then(|| text.to_owned()).ok_or_else(problem)
    };
    Ok(match fields.get("effect") {
        "status" => with(status()?, Fault::status),
        "retry-after" => with(fields.number("detail", 0, 86_400)?, Fault::retry_after),
        "html" => with(status()?, Fault::html),
        "empty" => Box::new(Fault::empty),
        "body" => with(fields.get("detail").to_owned(), Fault::body),
        "delay" => with(wait()?, Fault::delay),
        "slow-body" => with(wait()?, Fault::slow_body),
        "hang" => Box::new(Fault::hang),
        "refuse-before" => Box::new(Fault::refuse_before),
        "lose-answer" => Box::new(Fault::lose_answer),
        "cut-body" => {
            let bytes = fields.number("detail", 0, 1 << 20)?;
            with(usize::try_from(bytes).unwrap_or_default(), Fault::cut_body)
        }
        "unknown-enum" => with(pointer()?, |fault, place| fault.unknown_enum(&place)),
        "null" => with(pointer()?, |fault, place| fault.null(&place)),
        "without" => with(pointer()?, |fault, place| fault.without(&place)),
        "extra-fields" => Box::new(Fault::extra_fields),
        "lower-case-ids" => Box::new(Fault::lower_case_ids),
        "as-200" => Box::new(Fault::as_200),
        _ => return Err(Problem::at("effect", "Choose what happens.")),
    })
}

fn with<T: Send + 'static>(value: T, set: fn(Fault, T) -> Fault) -> Effect {
    Box::new(move |fault| set(fault, value))
}
