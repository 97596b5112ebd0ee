//! Verifies that a delivery comes from Imprint, and reads its event.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
#[cfg(feature = "tracing")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use hmac::Mac;
use http::HeaderMap;

use super::canonical::{Node, differs_in_go};
use super::error::{UnreadableError, WebhookError};
use super::event::Event;
use super::header::SignatureHeader;
use super::reading::{BodyReading, KeyReading, Reading};
use super::{MAX_BODY_BYTES, SIGNATURE_HEADER};
use crate::value::CredentialProblem;
use crate::value::{IntoValue, Secret};
use crate::value::{OwnSecrets, Redacted};

/// How old a delivery may be unless the caller sets another limit. Imprint publishes no limit; other services use this
/// one.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Verifies that deliveries come from Imprint, and reads them.
///
/// Make one and keep it. Clones are cheap and may be used from anywhere.
///
/// ```
/// use std::time::Duration;
///
/// use imprint_client::webhook::{Event, Verifier, testing::Signer};
///
/// let verifier = Verifier::new("the signing token")
///     .token("the one before it, while tokens are rotated")
///     .tolerance(Duration::from_secs(10 * 60));
///
/// # let delivery = Signer::new("the signing token").deliver("REWARD", &serde_json::json!({"reward_id": "DCBFC736"}));
/// # let (signature_header, raw_body) = (delivery.signature, delivery.body);
/// match verifier.verify(&signature_header, &raw_body)? {
///     Event::Reward(reward) => println!("{:?} is {:?}", reward.reward_id, reward.status),
///     Event::Unrecognized { object, .. } => println!("{object} is new"),
///     other => println!("a {}", other.object()),
/// }
/// # Ok::<(), imprint_client::webhook::WebhookError>(())
/// ```
///
/// It checks, in this order: that there is a token it can use, the header, the size of the body, the age of the
/// timestamp, the signature. So a wrong age is reported before it is known whether the delivery is genuine. Signatures
/// are compared in constant time.
#[derive(Clone)]
pub struct Verifier {
    tokens: Vec<Secret>,
    /// What is wrong with the first token that cannot be used.
    unusable: Option<&'static str>,
    /// How old a delivery may be, and how far in the future; `None` accepts any age.
    tolerance: Option<Duration>,
    pinned: Option<Reading>,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// Whether the reading that matched has been logged.
    #[cfg(feature = "tracing")]
    reading_logged: Arc<AtomicBool>,
    /// Whether a signature has been checked before. Only a wrong signature that is the very first one is warned about.
    #[cfg(feature = "tracing")]
    settled: Arc<AtomicBool>,
}

/// A delivery whose signature is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The reading under which the signature is right, to be [pinned](Verifier::pin).
    pub reading: Reading,
    /// When the delivery was signed: the timestamp of the header.
    pub signed_at: SystemTime,
}

impl Verifier {
    /// A verifier for the signing token that Imprint handed out at enrollment.
    ///
    /// It accepts any of the nine [`Reading`]s, and timestamps up to five minutes in the past or in the future. A token
    /// cannot be used if it is empty or blank, begins or ends with white space or a quotation mark, or holds a line end
    /// or an invisible character: every verification then returns an error, and so does [`check`](Self::check), which
    /// you can call at start.
    pub fn new(signing_token: impl IntoValue<Secret>) -> Self {
        let verifier = Self {
            tokens: Vec::new(),
            unusable: None,
            tolerance: Some(TOLERANCE),
            pinned: None,
            clock: Arc::new(SystemTime::now),
            #[cfg(feature = "tracing")]
            reading_logged: Arc::default(),
            #[cfg(feature = "tracing")]
            settled: Arc::default(),
        };
        verifier.token(signing_token)
    }

    /// Accepts signatures under another token as well, while tokens are rotated.
    ///
    /// A token that cannot be used is ignored as long as another one can be used; [`check`](Self::check) reports it.
    #[must_use]
    pub fn token(mut self, signing_token: impl IntoValue<Secret>) -> Self {
        let token = signing_token.into_value();
        match problem(token.expose()) {
            Some(reason) => self.unusable = self.unusable.or(Some(reason)),
            None => self.tokens.push(token),
        }
        self
    }

    /// Checks whether this verifier can accept anything. Call it once at start: a receiver without its token, or with a
    /// tolerance of zero, refuses every delivery.
    ///
    /// ```
    /// use imprint_client::webhook::Verifier;
    ///
    /// assert!(Verifier::new("whtok_9f8e7d6c").check().is_ok());
    /// assert!(Verifier::new("whtok_9f8e7d6c\n").check().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`WebhookError::NoToken`] when one of the tokens cannot be used (see [`new`](Self::new)), and
    /// [`WebhookError::NoTolerance`] when the tolerance is zero.
    pub fn check(&self) -> Result<(), WebhookError> {
        match (self.unusable, self.tolerance) {
            (Some(reason), _) => Err(WebhookError::NoToken { reason }),
            (None, Some(Duration::ZERO)) => Err(WebhookError::NoTolerance),
            (None, _) => Ok(()),
        }
    }

    /// How old a delivery may be, and how far its timestamp may be ahead of the local clock; 5 minutes unless set.
    /// [`check`](Self::check) refuses zero, because no delivery would be in time; see
    /// [`accept_any_age`](Self::accept_any_age) for no limit.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Accepts deliveries of any age. Anybody who has a copy of a genuine delivery can then send it again, for ever.
    ///
    /// Use it to replay stored deliveries, and in receivers that drop repetitions by
    /// [`Event::dedupe_key`](crate::webhook::Event::dedupe_key) and never delete a key.
    #[must_use]
    pub fn accept_any_age(mut self) -> Self {
        self.tolerance = None;
        self
    }

    /// Accepts this reading only. A forged delivery then costs less to refuse, and a sender cannot choose among several
    /// readings.
    ///
    /// Without a pinned reading, a forged delivery costs three hashes of the body for each token, and also the sorted
    /// forms if the body has up to 128 KiB: some milliseconds at most for each token, for the largest bodies.
    ///
    /// The two sorted readings count as one: their texts are the same unless a body holds characters that Go escapes,
    /// so the first delivery that is seen may not show which of the two is right.
    #[must_use]
    pub fn pin(mut self, reading: Reading) -> Self {
        self.pinned = Some(reading);
        self
    }

    /// Takes the current time from `clock` instead of the system, for tests and replays.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Verifies a delivery and reads it: the value of the header `X-IMPRINT-HMAC-SIGNATURE`, and the body exactly as it
    /// came.
    ///
    /// A header that came in several lines is one value: join the lines with commas, or use
    /// [`verify_headers`](Self::verify_headers), which does so.
    ///
    /// If the signature is right for the sorted body only, the event is read from the sorted body.
    ///
    /// # Errors
    ///
    /// Any variant of [`WebhookError`].
    pub fn verify(&self, signature_header: &str, body: &[u8]) -> Result<Event, WebhookError> {
        self.deliver(signature_header, body).map(|(event, _)| event)
    }

    /// Verifies a delivery with its headers and reads it. The signature header may stand in several lines.
    ///
    /// # Errors
    ///
    /// Any variant of [`WebhookError`].
    pub fn verify_headers(&self, headers: &HeaderMap, body: &[u8]) -> Result<Event, WebhookError> {
        self.verify(&signature(headers)?, body)
    }

    /// Verifies a delivery without reading it, to store it and read it later with
    /// [`Event::parse`](crate::webhook::Event::parse).
    ///
    /// # Errors
    ///
    /// Any variant of [`WebhookError`] but [`Unreadable`](WebhookError::Unreadable).
    pub fn verify_signature(&self, signature_header: &str, body: &[u8]) -> Result<Verified, WebhookError> {
        self.signed(signature_header, body).map(|(verified, _)| verified)
    }

    /// Verifies a delivery and reads it. Returns the event, and how it was verified.
    pub(super) fn deliver(&self, header: &str, body: &[u8]) -> Result<(Event, Verified), WebhookError> {
        let (verified, canonical) = self.signed(header, body)?;
        let signed = canonical.as_ref().map_or(body, String::as_bytes);
        match Event::find(signed) {
            Ok(event) => Ok((event, verified)),
            Err(mut finding) => {
                // The path of the fault is made of keys of the body, and a key may be the token itself if the token
                // looks like the name of a field.
                finding.hide(&OwnSecrets::of_tokens(&self.tokens));
                Err(UnreadableError::new(finding, body).into())
            }
        }
    }

    /// Verifies a delivery without reading it. Returns the canonical body too, if that was signed.
    fn signed(&self, header: &str, body: &[u8]) -> Result<(Verified, Option<String>), WebhookError> {
        if self.tokens.is_empty() {
            return Err(WebhookError::NoToken { reason: self.unusable.unwrap_or("there is no signing token") });
        }
        let header = SignatureHeader::parse(header)?;
        if body.len() > MAX_BODY_BYTES {
            return Err(WebhookError::TooLarge);
        }
        self.check_age(header.signed_at)?;
        let found = self.find_reading(&header, body);
        self.warn_if_first_is_wrong(found.is_some());
        let (reading, canonical) = found.ok_or(WebhookError::WrongSignature)?;
        if self.pinned.is_none() {
            self.log_reading_to_pin(reading);
        }
        Ok((Verified { reading, signed_at: header.signed_at }, canonical))
    }

    /// Whether the signature is right. The age is not checked.
    #[cfg(feature = "axum")]
    pub(super) fn is_signed(&self, header: &str, body: &[u8]) -> bool {
        SignatureHeader::parse(header).is_ok_and(|header| self.find_reading(&header, body).is_some())
    }

    fn check_age(&self, signed_at: SystemTime) -> Result<(), WebhookError> {
        let Some(tolerance) = self.tolerance else { return Ok(()) };
        match (self.clock)().duration_since(signed_at) {
            Ok(age) if age > tolerance => Err(WebhookError::TooOld { age }),
            Err(ahead) if ahead.duration() > tolerance => Err(WebhookError::TooNew { ahead: ahead.duration() }),
            _ => Ok(()),
        }
    }

    fn find_reading(&self, header: &SignatureHeader<'_>, body: &[u8]) -> Option<(Reading, Option<String>)> {
        let readings = |raw: bool| {
            let of_kind = Reading::ALL.into_iter().filter(move |reading| (reading.body == BodyReading::Raw) == raw);
            of_kind.filter(|reading| self.pinned.is_none_or(|pinned| pinned.covers(*reading)))
        };
        if let Some(reading) = readings(true).find(|reading| self.matches(reading.key, header, body)) {
            return Some((reading, None));
        }
        // The sorted forms are tried after the raw body has not matched, so an event whose raw body was signed is
        // always read from the raw body.
        readings(false).next()?;
        let node = Node::parse(body)?;
        for form in [BodyReading::Sorted, BodyReading::SortedGo] {
            let text = node.write(form.escapes()?);
            let mut of_form = readings(false).filter(|reading| reading.body == form);
            if let Some(reading) = of_form.find(|reading| self.matches(reading.key, header, text.as_bytes())) {
                return Some((reading, Some(text)));
            }
            // Most bodies are the same text in both forms; such a text is not written and hashed again.
            if !differs_in_go(&text) {
                break;
            }
        }
        None
    }

    fn matches(&self, key: KeyReading, header: &SignatureHeader<'_>, body: &[u8]) -> bool {
        self.tokens.iter().any(|token| {
            let mac = key.mac(token, header.timestamp, body);
            header.signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
        })
    }

    /// Warns when the very first signature is wrong, which is likely a mistake of the receiver. Later wrong signatures
    /// are not warned about, because anybody can send them.
    fn warn_if_first_is_wrong(&self, _right: bool) {
        #[cfg(feature = "tracing")]
        if !self.settled.swap(true, Ordering::Relaxed) && !_right {
            tracing::warn!(
                target: crate::log_target::TARGET,
                "the first webhook has a wrong signature: is the body the raw one, byte for byte as it came, and is the \
                 signing token that of this endpoint and environment?"
            );
        }
    }

    /// Logs the reading, so that it can be pinned. It is logged once and as information, because nothing is wrong: a
    /// signature under any of the readings needs the token.
    fn log_reading_to_pin(&self, _reading: Reading) {
        #[cfg(feature = "tracing")]
        if !self.reading_logged.swap(true, Ordering::Relaxed) {
            tracing::info!(
                target: crate::log_target::TARGET,
                reading = %_reading,
                "webhook signatures are right under one reading of the documentation: pin it with `Verifier::pin`"
            );
        }
    }
}

/// The value of the signature header. A proxy may have split it into several lines, which are one list of parts
/// (RFC 9110, section 5.3). Empty lines are ignored.
pub(super) fn signature(headers: &HeaderMap) -> Result<Cow<'_, str>, WebhookError> {
    let mut value = Cow::Borrowed("");
    for line in headers.get_all(SIGNATURE_HEADER) {
        let line = line.to_str().map_err(|_| WebhookError::Malformed { reason: "the header is not ASCII text" })?;
        if line.trim().is_empty() {
            continue;
        }
        value = if value.is_empty() { line.into() } else { format!("{value}, {line}").into() };
    }
    if value.is_empty() { Err(WebhookError::NoSignature) } else { Ok(value) }
}

/// Why a token cannot be used.
fn problem(token: &str) -> Option<&'static str> {
    CredentialProblem::of(token).map(|problem| match problem {
        CredentialProblem::Blank => "the signing token is empty or blank",
        CredentialProblem::LineEnd => {
            "the signing token ends with a line end, which a file may have left there; trim it"
        }
        CredentialProblem::InnerLineEnd => {
            "the signing token holds a line end inside it; check that it is one line, copied whole and without other text"
        }
        CredentialProblem::Outer => "the signing token begins or ends with white space",
        CredentialProblem::Quoted => "the signing token begins or ends with a quotation mark; remove it",
        CredentialProblem::Invisible => {
            "the signing token holds an invisible character, as text copied from a page does; remove it"
        }
    })
}

/// Shows how many tokens there are, but not their values.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens: Vec<Redacted> = self.tokens.iter().map(|_| Redacted).collect();
        f.debug_struct("Verifier")
            .field("tokens", &tokens)
            .field("tolerance", &self.tolerance)
            .field("pinned", &self.pinned)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
