//! What goes wrong with a request that a fault strikes.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::settings::ErrorShapes;

/// Everything that a fault does to one request. Parts that are not set leave things as they are.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// How long the request waits before anything else happens.
    pub delay: Option<Duration>,
    /// What takes the place of the answer.
    pub stand_in: Option<StandIn>,
    /// The status of what takes the place of the answer.
    pub status: Option<u16>,
    pub shape: Option<ErrorShapes>,
    pub retry_after: Option<RetryAfter>,
    /// Whether the operation is carried out although its answer is replaced or never comes.
    pub carried_out: bool,
    pub alterations: Vec<Alteration>,
    pub ending: Ending,
}

/// What takes the place of an answer.
#[derive(Clone, Debug)]
pub enum StandIn {
    /// An error in one of the shapes that the API has.
    Error,
    /// A page, as a gateway has it.
    Html,
    Empty,
    Text(String),
}

/// The header `retry-after`.
#[derive(Clone, Copy, Debug)]
pub enum RetryAfter {
    Seconds(u64),
    Date(SystemTime),
}

/// A change of an answer that the document does not allow, or does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alteration {
    UnknownEnum(String),
    Null(String),
    Without(String),
    ExtraFields,
    LowerCaseIds,
    /// The status 200 for an error.
    As200,
}

/// How the answer reaches the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    #[default]
    Whole,
    /// The body takes this long.
    Slow(Duration),
    /// So many bytes of the body come, then the connection ends.
    Cut(usize),
    /// Nothing comes, the connection is reset, and the operation is not carried out.
    Refused,
    /// Nothing comes, the connection is reset, and the operation is carried out.
    Lost,
    /// Nothing comes and the connection stays.
    Hang,
}

impl Effects {
    /// Whether there is nothing that it does.
    pub fn is_empty(&self) -> bool {
        self.words().is_empty()
    }

    /// Whether it strikes and everything is as if it had not: what it sets counts only together with something else.
    pub fn changes_nothing(&self) -> bool {
        let changes = self.delay.is_some() || self.stand_in.is_some() || !self.alterations.is_empty();
        !changes && self.ending == Ending::Whole
    }

    /// Whether the operation is carried out.
    pub fn is_carried_out(&self) -> bool {
        let prevented = self.stand_in.is_some() || matches!(self.ending, Ending::Refused | Ending::Hang);
        self.carried_out || self.ending == Ending::Lost || !prevented
    }

    /// Whether an answer is sent at all.
    pub fn is_answered(&self) -> bool {
        !matches!(self.ending, Ending::Refused | Ending::Lost | Ending::Hang)
    }

    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.delay.map(|delay| format!("delay {delay:?}")));
        words.extend(self.stand_in.as_ref().map(|stand_in| {
            match stand_in {
                StandIn::Error => "error",
                StandIn::Html => "html",
                StandIn::Empty => "empty",
                StandIn::Text(_) => "body",
            }
            .to_owned()
        }));
        words.extend(self.status.map(|status| format!("status {status}")));
        words.extend(self.shape.map(|shape| format!("shape {shape:?}")));
        words.extend(self.retry_after.map(|after| match after {
            RetryAfter::Seconds(seconds) => format!("retry_after {seconds}"),
            RetryAfter::Date(_) => "retry_after_date".into(),
        }));
        if self.carried_out {
            words.push("carried_out".into());
        }
        words.extend(self.alterations.iter().map(ToString::to_string));
        words.extend(match self.ending {
            Ending::Whole => None,
            Ending::Slow(over) => Some(format!("slow_body {over:?}")),
            Ending::Cut(bytes) => Some(format!("cut_body {bytes}")),
            Ending::Refused => Some("refuse_before".into()),
            Ending::Lost => Some("lose_answer".into()),
            Ending::Hang => Some("hang".into()),
        });
        words
    }
}

impl fmt::Display for Effects {
    /// The names of the methods that set it, without the text of a body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(", "))
    }
}

impl fmt::Display for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownEnum(pointer) => write!(f, "unknown_enum {pointer:?}"),
            Self::Null(pointer) => write!(f, "null {pointer:?}"),
            Self::Without(pointer) => write!(f, "without {pointer:?}"),
            Self::ExtraFields => f.write_str("extra_fields"),
            Self::LowerCaseIds => f.write_str("lower_case_ids"),
            Self::As200 => f.write_str("as_200"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_out_follows_from_what_is_set() {
        let ending = |ending| Effects { ending, ..Effects::default() };
        for (effects, carried_out, answered) in [
            (Effects::default(), true, true),
            (Effects { delay: Some(Duration::from_secs(1)), ..Effects::default() }, true, true),
            (Effects { stand_in: Some(StandIn::Html), ..Effects::default() }, false, true),
            (Effects { stand_in: Some(StandIn::Html), carried_out: true, ..Effects::default() }, true, true),
            (Effects { stand_in: Some(StandIn::Empty), ..ending(Ending::Lost) }, true, false),
            (Effects { carried_out: true, ..ending(Ending::Hang) }, true, false),
            (ending(Ending::Hang), false, false),
            (ending(Ending::Refused), false, false),
            (ending(Ending::Lost), true, false),
            (ending(Ending::Cut(3)), true, true),
        ] {
            assert_eq!((effects.is_carried_out(), effects.is_answered()), (carried_out, answered), "{effects}");
        }
    }

    #[test]
    fn the_text_names_what_is_set_and_shows_no_body() {
        let effects = Effects {
            delay: Some(Duration::from_millis(50)),
            stand_in: Some(StandIn::Text("made-up-secret".into())),
            status: Some(502),
            alterations: vec![Alteration::Null("/a".into()), Alteration::ExtraFields],
            ending: Ending::Cut(3),
            ..Effects::default()
        };
        assert_eq!(effects.to_string(), r#"delay 50ms, body, status 502, null "/a", extra_fields, cut_body 3"#);
        assert!(Effects::default().is_empty() && !effects.is_empty());
    }
}
