//! The list that an operation answers has to be there: an answer without it says nothing, not that the list is empty.

use super::model::{Code, Field, argument_of, last_name};
use super::read::mentions;
use crate::build::{plan::Plan, problem::Problem};

const ADVICE: &str = "give the answer a schema of its own by an overlay action";

/// Marks the lists that the plan names. Lists elsewhere in an answer, and in webhooks, may be left out as before, so a
/// type that is an answer and also stands within another type is refused.
pub fn require(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    let Code { structs, calls, .. } = code;
    for call in calls.iter().filter(|call| !call.list.is_empty()) {
        let problem = |what: String| {
            let pointer = &plan.operations[&call.id].pointer;
            Err(Problem::new(pointer, format!("it answers a list, but {what}"), ADVICE).in_operation(&call.id))
        };
        let Some(name) = last_name(&call.answer) else { return problem("its answer has no type".to_string()) };
        let within = |field: &Field| mentions(&field.ty, &name.to_string());
        if let Some(holder) = structs.iter().find(|holder| holder.fields.iter().any(within)) {
            return problem(format!("its type `{name}` is also within `{}`", holder.name));
        }
        let answer = structs.iter_mut().find(|structure| structure.name == name);
        let field = answer.and_then(|answer| answer.fields.iter_mut().find(|field| field.wire == call.list[0]));
        match field.filter(|field| argument_of(&field.ty, "Vec").is_some()) {
            Some(field) => field.list = Some(call.list[1..].to_vec()),
            None => return problem(format!("`{}` is no list in its type", call.list[0])),
        }
    }
    Ok(())
}
