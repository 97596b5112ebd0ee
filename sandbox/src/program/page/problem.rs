//! What was filled in, and why it was refused.

use super::actions::Action;

/// The fields of a form, as they were sent.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

/// Why a form was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field that is wrong; None if it is none alone.
    pub field: Option<&'static str>,
    pub message: String,
}

/// A form that was refused, to be shown again.
pub struct Refill {
    pub action: Action,
    pub fields: Fields,
    pub problem: Problem,
}

impl Fields {
    pub fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// What was filled in, without spaces around it; empty if nothing was.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    /// What was filled in.
    ///
    /// # Errors
    ///
    /// If nothing was; `what` says what is missing.
    pub fn required(&self, name: &'static str, what: &str) -> Result<&str, Problem> {
        match self.get(name) {
            "" => Err(Problem::at(name, format!("Fill in {what}."))),
            value => Ok(value),
        }
    }

    /// A whole number between two others.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn number(&self, name: &'static str, from: u64, to: u64) -> Result<u64, Problem> {
        let number = self.get(name).parse().ok().filter(|number| (from..=to).contains(number));
        number.ok_or_else(|| Problem::at(name, format!("It has to be a whole number from {from} to {to}.")))
    }

    /// An amount of money as people write it, in minor units: `12.50` is 1250. None if nothing was filled in.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn amount(&self, name: &'static str) -> Result<Option<i64>, Problem> {
        let text = self.get(name);
        if text.is_empty() {
            return Ok(None);
        }
        let (whole, parts) = text.split_once('.').unwrap_or((text, ""));
        let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let minor = (is_plain(whole) && is_plain(parts) && !whole.is_empty() && parts.len() <= 2)
            .then(|| format!("{whole}{parts:0<2}").parse().ok())
            .flatten();
        minor.map(Some).ok_or_else(|| Problem::at(name, "An amount is written as 12.50."))
    }
}

impl Problem {
    pub fn new(message: impl Into<String>) -> Self {
        Self { field: None, message: sentence(&message.into()) }
    }

    pub fn at(field: &'static str, message: impl Into<String>) -> Self {
        Self { field: Some(field), message: sentence(&message.into()) }
    }
}

/// An error of the API in Rust as a sentence: a capital letter, and a full stop.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: &str) -> Fields {
        Fields::new(vec![("a".into(), value.into())])
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, amount) in [("12.50", 1250), ("12.5", 1250), ("12", 1200), ("0", 0), (" 0.07 ", 7)] {
            assert_eq!(fields(text).amount("a"), Ok(Some(amount)), "{text}");
        }
        assert_eq!(fields("").amount("a"), Ok(None));
        for text in ["-1", "1.234", "1,50", ".5", "a", "1.-5", "99999999999999999999"] {
            assert!(fields(text).amount("a").is_err_and(|problem| problem.field == Some("a")), "{text}");
        }
    }

    #[test]
    fn numbers_have_bounds_and_what_is_missing_is_named() {
        assert_eq!(fields("5").number("a", 1, 5), Ok(5));
        for text in ["6", "0", "x", "", "-1", "1.5"] {
            assert!(fields(text).number("a", 1, 5).is_err_and(|problem| problem.message.contains("from 1 to 5")));
        }
        assert_eq!(fields("  ").required("a", "a name"), Err(Problem::at("a", "Fill in a name.")));
    }

    #[test]
    fn messages_are_sentences() {
        assert_eq!(Problem::new("there is no such delivery").message, "There is no such delivery.");
        assert_eq!(Problem::new("").message, ".");
    }
}
