//! What a command does that is no single request: a customer applies, a bank acts, the account goes back to what it was,
//! and somebody asks for what cannot be there.

use imprint_sandbox::{Outcome, TokenKind};
use proptest::test_runner::TestCaseError;

use super::super::books::Books;
use super::super::commands::Bank;
use super::{Driver, check, pick};

impl Driver {
    pub(super) async fn apply(&mut self, session: u8, name: &str, books: &Books) -> Result<bool, TestCaseError> {
        let secret = pick(&self.sessions, session);
        let is_over = books.session_expiry(&secret).is_none_or(|expiry| books.now() >= expiry);
        match self.sandbox.apply(&secret).last_name(name).complete().await {
            Ok(Outcome::ActionRequired { application_id, .. }) => self.applications.push(application_id),
            Ok(_) => {}
            Err(_) => return Ok(true),
        }
        check(!self.used.contains(&secret), "a session is used once")?;
        check(!is_over, "a session is not used after its time")?;
        self.used.push(secret);
        Ok(false)
    }

    pub(super) async fn bank(&self, method: &str, what: Bank) -> bool {
        let method = self.sandbox.payment_method(method);
        let done = match what {
            Bank::Activate => method.activate().await,
            Bank::Deactivate => method.deactivate().await,
            Bank::Cancel => method.cancel().await,
            Bank::Decline => method.decline().await,
            Bank::Accept => method.accept().await,
            Bank::Reissue => method.reissue().await,
            Bank::Tokenize => method.tokenize(TokenKind::Adyen).await.map(drop),
        };
        done.is_err()
    }

    /// Every second time the state is kept, and every other time it is gone back to.
    pub(super) fn restore(&mut self) {
        match self.saved.take() {
            None => self.saved = Some(self.sandbox.snapshot()),
            Some(saved) => {
                self.sandbox.restore(&saved).expect("its own snapshot");
                self.forget();
            }
        }
    }

    /// Going back makes sessions unused and keys alive again.
    pub(super) fn forget(&mut self) {
        self.used.clear();
        self.dead.clear();
        self.applications.clear();
        let books = self.books();
        let alive = books.rows("keys").into_iter().filter(|key| key["deleted_at"].is_null());
        self.keys = alive.map(|key| key["text"].as_str().unwrap_or_default().into()).collect();
        self.key = self.keys.last().cloned().expect("a key is kept");
    }

    /// A read with an id of the wrong kind, or of nothing.
    pub(super) async fn nonsense(&self, which: u8, id: u8, books: &Books) -> Result<bool, TestCaseError> {
        let paths =
            ["customers", "rewards", "transactions", "transaction_intents", "payment_methods", "customer_sessions"];
        let own = ["customers", "rewards", "transactions", "intents", "payment_methods", "sessions"];
        let which = usize::from(which) % paths.len();
        let other = own[(which + 1) % own.len()];
        let wrong = pick(&books.texts(other, "id"), id);
        let answer = self.send("GET", &format!("/v2/{}/{wrong}", paths[which]), None).await;
        check(answer.status == 404, "an id of another kind is found")?;
        Ok(true)
    }
}
