//! Faults: what a test lets go wrong with the answers to requests.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::faults::{Alteration, Effects, Ending, FaultStatus, RetryAfter, StandIn, Turn};
use crate::settings::ErrorShapes;
use crate::world::Account;

use super::Sandbox;

impl Sandbox {
    /// Lets something go wrong with an operation, named by its `operationId`: first which requests are struck, then what
    /// happens to them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// sandbox.on("createSession").next(1).lose_answer(); // carried out, and the answer never comes
    /// sandbox.on("getCustomer").every(2).status(503).retry_after(0);
    ///
    /// let error = sandbox.client().create_session().await.unwrap_err();
    /// assert!(error.may_have_been_processed());
    /// assert!(sandbox.requests().to("createSession")[0].carried_out);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A fault is for this account alone, and ends by its count, by [`Fault::remove`] or by [`Faults::clear`]. It comes
    /// before everything else: a request that would have been refused is struck as well. At most one fault strikes a
    /// request: of those whose turn it is the one that was set first.
    ///
    /// A fault that is set while requests are under way may strike with the part of it that has been told.
    ///
    /// # Panics
    ///
    /// If the document has no such operation, since a fault on it would strike nothing and the test would prove
    /// nothing. The message names the operation that is most like it.
    #[track_caller]
    pub fn on(&self, operation: &str) -> FaultPlace {
        self.account.known_operation(operation);
        self.place(Some(operation.to_owned()))
    }

    /// Lets something go wrong with any request of the account, to an operation or not. Requests without a valid key
    /// count to the first account.
    pub fn on_any(&self) -> FaultPlace {
        self.place(None)
    }

    /// The faults that are set for the account.
    pub fn faults(&self) -> Faults {
        Faults(Arc::clone(&self.account))
    }

    fn place(&self, operation: Option<String>) -> FaultPlace {
        self.listening.server.expect_faults();
        FaultPlace { account: Arc::clone(&self.account), operation, merchant_key: None }
    }
}

impl Account {
    /// Panics if the document has no such operation.
    #[track_caller]
    pub(super) fn known_operation(&self, id: &str) {
        if let Err(message) = self.find_operation(id) {
            panic!("{message}");
        }
    }

    /// Looks for an operation of the document.
    ///
    /// # Errors
    ///
    /// If there is none of the name: the message names the one that is most like it.
    pub(super) fn find_operation(&self, id: &str) -> Result<(), String> {
        let contract = self.settings.contract();
        if contract.operation(id).is_some() {
            return Ok(());
        }
        let near = contract.nearest_operation(id);
        let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        Err(format!("the document has no operation {id}{near}"))
    }
}

/// Which requests a fault is for; the next step is which of them it strikes. They are counted from now on.
#[derive(Clone)]
#[must_use = "nothing goes wrong before the fault is told when and what"]
pub struct FaultPlace {
    account: Arc<Account>,
    operation: Option<String>,
    merchant_key: Option<String>,
}

impl FaultPlace {
    /// Only requests about the product with this merchant key. Those that name none are about the default product.
    pub fn merchant_key(mut self, key: impl Into<String>) -> Self {
        self.merchant_key = Some(key.into());
        self
    }

    /// The next so many requests. Of two such faults the first that was set strikes first, then the other.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn next(self, count: u64) -> Fault {
        assert!(count > 0, "a fault on the next 0 requests strikes nothing; name at least 1");
        self.set(Turn::Next(count))
    }

    /// The request with this number, counted from one.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn nth(self, number: u64) -> Fault {
        assert!(number > 0, "requests are counted from 1, so that no request is number 0");
        self.set(Turn::Nth(number))
    }

    /// The requests whose number is a multiple of this one: with 3 the third, the sixth and so on.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn every(self, number: u64) -> Fault {
        assert!(number > 0, "no request is every 0th; 1 is each of them");
        self.set(Turn::Every(number))
    }

    /// Every request.
    pub fn always(self) -> Fault {
        self.set(Turn::Always)
    }

    /// Each request with this probability, from 0 to 1. Which ones it is follows from
    /// [`Builder::seed_number`](crate::Builder::seed_number), so a run can be repeated.
    ///
    /// # Panics
    ///
    /// If it is not from 0 to 1.
    #[track_caller]
    pub fn with_chance(self, probability: f64) -> Fault {
        assert!((0.0..=1.0).contains(&probability), "a probability is from 0 to 1, and {probability} is not");
        self.set(Turn::Chance(probability))
    }

    fn set(self, turn: Turn) -> Fault {
        let number = self.account.faults.add(self.operation, self.merchant_key, turn);
        Fault { account: self.account, number }
    }
}

/// A fault that is set. It does what its methods say, and nothing before one of them is called; of two that exclude each
/// other the later counts.
///
/// | what | methods |
/// |---|---|
/// | another answer, and the operation is not carried out | [`status`](Self::status), [`html`](Self::html), [`empty`](Self::empty), [`body`](Self::body), [`retry_after`](Self::retry_after) |
/// | the same, and it is carried out | [`carried_out`](Self::carried_out) besides |
/// | time | [`delay`](Self::delay), [`slow_body`](Self::slow_body), [`hang`](Self::hang) |
/// | the connection | [`refuse_before`](Self::refuse_before), [`lose_answer`](Self::lose_answer), [`cut_body`](Self::cut_body) |
/// | the JSON of the answer, after the operation was carried out | [`unknown_enum`](Self::unknown_enum), [`null`](Self::null), [`without`](Self::without), [`extra_fields`](Self::extra_fields), [`lower_case_ids`](Self::lower_case_ids), [`as_200`](Self::as_200) |
///
/// Places in the JSON are JSON pointers such as `/card/status`, with `*` for every item of a list and every member of an
/// object: `/data/*/status`. A fault that finds nothing to change counts as unused.
///
/// An answer with a fault has it in the header `x-imprint-sandbox-fault`, and the record in
/// [`Sandbox::requests`] in [`Request::fault`](crate::Request::fault).
#[derive(Clone)]
pub struct Fault {
    account: Arc<Account>,
    number: u64,
}

impl Fault {
    /// Answers with an error of this status, in the shape that the document declares for it.
    ///
    /// After [`html`](Self::html), [`empty`](Self::empty) or [`body`](Self::body) it is the status of that answer.
    ///
    /// # Panics
    ///
    /// If it is not from 200 to 599. An error has a status from 400.
    #[track_caller]
    pub fn status(self, status: u16) -> Self {
        assert!((200..600).contains(&status), "an answer has a status from 200 to 599, and {status} is not");
        self.amend(|effects| {
            effects.stand_in.get_or_insert(StandIn::Error);
            effects.status = Some(status);
        })
    }

    /// Gives the error this shape. Without a [`status`](Self::status) it is a 500.
    pub fn shape(self, shape: ErrorShapes) -> Self {
        self.amend(|effects| {
            effects.stand_in.get_or_insert(StandIn::Error);
            effects.shape = Some(shape);
        })
    }

    /// Answers with the header `retry-after` in seconds. Without a [`status`](Self::status) it is a 429.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header_retry_after(RetryAfter::Seconds(seconds))
    }

    /// Answers with the header `retry-after` as a date. Clients compare it with their own clock, and not with that of the
    /// sandbox. Without a [`status`](Self::status) it is a 429.
    pub fn retry_after_date(self, time: SystemTime) -> Self {
        self.header_retry_after(RetryAfter::Date(time))
    }

    /// Answers with a page of HTML, as a gateway does.
    ///
    /// # Panics
    ///
    /// As [`status`](Self::status).
    #[track_caller]
    pub fn html(self, status: u16) -> Self {
        self.amend(|effects| effects.stand_in = Some(StandIn::Html)).status(status)
    }

    /// Answers with the status of success and no body.
    pub fn empty(self) -> Self {
        self.amend(|effects| effects.stand_in = Some(StandIn::Empty))
    }

    /// Answers with the status of success and this text, which is said to be JSON.
    pub fn body(self, text: impl Into<String>) -> Self {
        self.amend(|effects| effects.stand_in = Some(StandIn::Text(text.into())))
    }

    /// Carries the operation out although its answer is replaced, or [hangs](Self::hang): the 502 of a gateway behind
    /// which all went well.
    pub fn carried_out(self) -> Self {
        self.amend(|effects| effects.carried_out = true)
    }

    /// Lets the request wait before anything else happens, by the real clock. If the client goes away in the meantime,
    /// the operation is not carried out.
    pub fn delay(self, time: Duration) -> Self {
        self.amend(|effects| effects.delay = Some(time))
    }

    /// Sends the body in pieces, the last of them after this time of the real clock.
    pub fn slow_body(self, over: Duration) -> Self {
        self.ending(Ending::Slow(over))
    }

    /// Never answers: it ends when the client goes away, or the sandbox stops. The operation is not carried out, unless
    /// [`carried_out`](Self::carried_out) says so.
    pub fn hang(self) -> Self {
        self.ending(Ending::Hang)
    }

    /// Resets the connection, without an answer. The operation is not carried out.
    pub fn refuse_before(self) -> Self {
        self.ending(Ending::Refused)
    }

    /// Carries the operation out and resets the connection, without an answer: the case in which a client that simply
    /// tries again pays twice.
    pub fn lose_answer(self) -> Self {
        self.ending(Ending::Lost)
    }

    /// Ends the connection after so many bytes of the body. The header `content-length` is that of the whole body.
    pub fn cut_body(self, bytes: usize) -> Self {
        self.ending(Ending::Cut(bytes))
    }

    /// Puts a value that the document does not have in the place of a text.
    ///
    /// # Panics
    ///
    /// If it is no JSON pointer.
    #[track_caller]
    pub fn unknown_enum(self, pointer: &str) -> Self {
        self.alter(Alteration::UnknownEnum(checked(pointer)))
    }

    /// Puts null in the place of a value, or of one that is absent and that the document declares.
    ///
    /// # Panics
    ///
    /// If it is no JSON pointer.
    #[track_caller]
    pub fn null(self, pointer: &str) -> Self {
        self.alter(Alteration::Null(checked(pointer)))
    }

    /// Leaves a member of an object or an item of a list out.
    ///
    /// # Panics
    ///
    /// If it is no JSON pointer to a part of the answer.
    #[track_caller]
    pub fn without(self, pointer: &str) -> Self {
        assert!(!pointer.is_empty(), "the whole answer cannot be left out of itself; use empty");
        self.alter(Alteration::Without(checked(pointer)))
    }

    /// Adds fields that the document does not have to every object of the answer whose fields it declares.
    pub fn extra_fields(self) -> Self {
        self.alter(Alteration::ExtraFields)
    }

    /// Writes ids in lower case: every text with the form of a UUID.
    pub fn lower_case_ids(self) -> Self {
        self.alter(Alteration::LowerCaseIds)
    }

    /// Sends an error under status 200: that of the request, or that of [`status`](Self::status).
    pub fn as_200(self) -> Self {
        self.alter(Alteration::As200)
    }

    /// How many requests it struck so far.
    pub fn struck(&self) -> u64 {
        self.account.faults.status(self.number).map_or(0, |status| status.struck)
    }

    /// Ends it. [`Sandbox::verify`] does not ask any more whether it was used.
    pub fn remove(self) {
        self.account.faults.remove(self.number);
    }

    fn header_retry_after(self, after: RetryAfter) -> Self {
        self.amend(|effects| {
            effects.stand_in.get_or_insert(StandIn::Error);
            effects.retry_after = Some(after);
        })
    }

    fn ending(self, ending: Ending) -> Self {
        self.amend(|effects| effects.ending = ending)
    }

    fn alter(self, alteration: Alteration) -> Self {
        self.amend(|effects| effects.alterations.push(alteration))
    }

    fn amend(self, change: impl FnOnce(&mut Effects)) -> Self {
        self.account.faults.amend(self.number, change);
        self
    }
}

#[track_caller]
fn checked(pointer: &str) -> String {
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    assert!(is_pointer, "a JSON pointer begins with a slash: /{pointer} instead of {pointer}");
    pointer.to_owned()
}

/// The faults of an account.
#[derive(Clone)]
pub struct Faults(Arc<Account>);

impl Faults {
    /// Ends all faults. [`Sandbox::verify`] does not ask any more whether they were used.
    pub fn clear(&self) {
        self.0.faults.clear();
    }

    /// All faults that are set, in the order in which they were, also those whose count is over.
    pub fn all(&self) -> Vec<FaultStatus> {
        self.0.faults.all()
    }

    /// The faults that did not strike as often as they were to, or changed nothing where they did. With one of them
    /// [`Sandbox::verify`] fails.
    pub fn unused(&self) -> Vec<FaultStatus> {
        let mut faults = self.all();
        faults.retain(FaultStatus::is_unused);
        faults
    }
}

impl fmt::Debug for FaultPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, merchant_key, .. } = self;
        f.debug_struct("FaultPlace")
            .field("operation", operation)
            .field("merchant_key", merchant_key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fault").field(&self.account.faults.status(self.number)).finish()
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults").field(&self.all()).finish()
    }
}
