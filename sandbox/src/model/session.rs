//! A customer session: `OPEN -> USED | EXPIRED`.

use imprint_client::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::instant::Instant;
use crate::table::Row;

use super::sent::Sent;

#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub client_secret: Secret,
    pub status: SessionStatus,
    pub expires_at: Instant,
    /// What is known of a customer who existed before, kept for the application.
    pub history: Map<String, Value>,
    /// The request, for the fields that answers name as well.
    pub sent: Sent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionStatus {
    Open,
    Used,
    Expired,
}

impl Row for Session {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("client_secret", self.client_secret.expose().to_owned())]
    }
}

impl Session {
    /// The session once an application has begun with it; None if it was used before, or is expired.
    pub fn used(mut self, now: Instant) -> Option<Self> {
        let is_open = self.status == SessionStatus::Open && now < self.expires_at;
        self.status = SessionStatus::Used;
        is_open.then_some(self)
    }

    /// The session once its time is over; None if that changes nothing.
    pub fn expired(mut self, now: Instant) -> Option<Self> {
        let expires = self.status == SessionStatus::Open && now >= self.expires_at;
        self.status = SessionStatus::Expired;
        expires.then_some(self)
    }

    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("id".into(), json!(self.id));
        view.insert("client_secret".into(), json!(self.client_secret.expose()));
        view.insert("expires_at".into(), json!(self.expires_at.text()));
        view
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn session() -> Session {
        Session {
            id: "S".into(),
            product: "P".into(),
            customer_id: "C".into(),
            client_secret: "s".into(),
            status: SessionStatus::Open,
            expires_at: Instant::START.plus(Duration::from_secs(1)),
            history: Map::new(),
            sent: Sent::default(),
        }
    }

    #[test]
    fn an_open_session_is_used_once_and_before_it_expires() {
        let used = session().used(Instant::START);
        assert_eq!(used.clone().map(|session| session.status), Some(SessionStatus::Used));
        assert!(used.and_then(|session| session.used(Instant::START)).is_none());
        assert!(session().used(session().expires_at).is_none());
    }

    #[test]
    fn only_an_open_session_expires_and_not_before_its_time() {
        let at = session().expires_at;
        assert_eq!(session().expired(at).map(|session| session.status), Some(SessionStatus::Expired));
        assert!(session().expired(Instant::START).is_none());
        let used = Session { status: SessionStatus::Used, ..session() };
        assert!(used.expired(at).is_none());
        assert!(session().expired(at).and_then(|expired| expired.used(Instant::START)).is_none());
    }
}
