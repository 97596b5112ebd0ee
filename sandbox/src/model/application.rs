//! An application: `STARTED -> ACTION_REQUIRED | APPROVED | REJECTED`, and `ACTION_REQUIRED` to either of the others.

use serde::{Deserialize, Serialize};

use crate::index;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Application {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub phone: Option<String>,
    pub status: ApplicationStatus,
    /// Of an application that is approved, or of a loan that waits.
    pub payment_method_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationStatus {
    ActionRequired,
    Approved,
    Rejected,
}

/// The code that Imprint's sandbox accepts in the place of one that it would send.
pub const ONE_TIME_PASSWORD: &str = "888888";

impl Row for Application {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        let phone = self.phone.as_ref().filter(|_| self.status == ApplicationStatus::ActionRequired);
        phone.map(|phone| ("waiting", index::text(&self.product, phone))).into_iter().collect()
    }
}

/// What becomes of an application of a person of this last name, as in Imprint's sandbox: the letter case counts.
pub fn decision(last_name: Option<&str>) -> ApplicationStatus {
    match last_name {
        Some("approve") => ApplicationStatus::Approved,
        Some("review" | "frozen") => ApplicationStatus::ActionRequired,
        _ => ApplicationStatus::Rejected,
    }
}

impl Application {
    /// The application once it is decided; None if it does not wait for a decision.
    pub fn decided(mut self, approve: bool) -> Option<Self> {
        let waits = self.status == ApplicationStatus::ActionRequired;
        self.status = if approve { ApplicationStatus::Approved } else { ApplicationStatus::Rejected };
        waits.then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_name_decides_and_its_letter_case_counts() {
        for (name, status) in [
            (Some("approve"), ApplicationStatus::Approved),
            (Some("review"), ApplicationStatus::ActionRequired),
            (Some("frozen"), ApplicationStatus::ActionRequired),
            (Some("Approve"), ApplicationStatus::Rejected),
            (Some("Doe"), ApplicationStatus::Rejected),
            (None, ApplicationStatus::Rejected),
        ] {
            assert_eq!(decision(name), status, "{name:?}");
        }
    }

    #[test]
    fn only_an_application_that_waits_is_decided() {
        let waiting = Application {
            id: "A".into(),
            product: "P".into(),
            customer_id: "C".into(),
            phone: Some("+1".into()),
            status: ApplicationStatus::ActionRequired,
            payment_method_id: None,
        };
        assert_eq!(waiting.indexes().len(), 1);
        let approved = waiting.clone().decided(true);
        assert!(approved.as_ref().is_some_and(|a| a.status == ApplicationStatus::Approved && a.indexes().is_empty()));
        assert!(approved.and_then(|application| application.decided(false)).is_none());
        assert_eq!(waiting.decided(false).map(|a| a.status), Some(ApplicationStatus::Rejected));
    }
}
