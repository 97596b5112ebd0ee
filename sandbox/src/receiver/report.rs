//! What the check of a receiver found, as a table.

use std::fmt;

/// What a receiver made of the deliveries of [`check_receiver`](crate::check_receiver).
///
/// `Display` shows it as a table, with a line for each delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "whether the receiver is right is in the report"]
pub struct Report {
    /// The URL of the receiver, without its query.
    pub receiver: String,
    /// The deliveries, in the order in which they were sent. If the first was not answered, there is no other one.
    pub checks: Vec<Check>,
}

/// A delivery and what a receiver made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was sent, in a few words.
    pub delivery: String,
    /// What a receiver has to do with it.
    pub expected: Expected,
    /// The status of the answer. None if there was no answer.
    pub status: Option<u16>,
    /// The status of the answer, or why there was none.
    pub answered: String,
    /// Whether the answer is what Imprint expects, or what keeps a forger out.
    pub is_right: bool,
    /// What is advisable, if the answer was wrong or could be better.
    pub advice: Option<String>,
}

/// What a receiver has to do with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// To do its work and to answer with 2xx.
    Acknowledged,
    /// To recognize it as one that was done before, and to answer with 2xx.
    AcknowledgedAgain,
    /// To do nothing and to answer with 4xx.
    Refused,
}

impl Expected {
    pub(super) fn is_met_by(self, status: u16) -> bool {
        match self {
            Self::Acknowledged | Self::AcknowledgedAgain => (200..300).contains(&status),
            Self::Refused => (400..500).contains(&status),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Acknowledged | Self::AcknowledgedAgain => "2xx",
            Self::Refused => "4xx",
        })
    }
}

impl Report {
    /// Whether the receiver answered every delivery rightly.
    pub fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.is_right)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let delivery = width(&mut self.checks.iter().map(|check| check.delivery.len())).max("delivery".len());
        let answered = width(&mut self.checks.iter().map(|check| check.answered.len())).max("answered".len());
        writeln!(f, "{:<delivery$}  {:<8}  {:<answered$}  right  advice", "delivery", "expected", "answered")?;
        for check in &self.checks {
            let Check { delivery: sent, expected, answered: with, is_right, advice, .. } = check;
            let (expected, right) = (expected.to_string(), if *is_right { "yes" } else { "NO" });
            let line = format!(
                "{sent:<delivery$}  {expected:<8}  {with:<answered$}  {right:<5}  {}",
                advice.as_deref().unwrap_or_default()
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        let wrong = self.checks.iter().filter(|check| !check.is_right).count();
        match wrong {
            0 => write!(f, "{} answers every delivery rightly", self.receiver),
            _ => write!(f, "{} answers {wrong} of {} deliveries wrongly", self.receiver, self.checks.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: u16) -> Report {
        let expected = Expected::Refused;
        let check = Check {
            delivery: "signed with another token".into(),
            expected,
            status: Some(status),
            answered: status.to_string(),
            is_right: expected.is_met_by(status),
            advice: (status != 401).then(|| "verify the signature".into()),
        };
        Report { receiver: "http://localhost:80/".into(), checks: vec![check] }
    }

    #[test]
    fn it_is_a_table_with_a_verdict() {
        assert_eq!(
            report(200).to_string(),
            "delivery                   expected  answered  right  advice\n\
             signed with another token  4xx       200       NO     verify the signature\n\
             http://localhost:80/ answers 1 of 1 deliveries wrongly"
        );
        assert!(report(401).to_string().ends_with("yes\nhttp://localhost:80/ answers every delivery rightly"));
        assert!(report(401).is_ok() && !report(200).is_ok() && !report(500).is_ok());
    }
}
