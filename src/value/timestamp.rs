//! The type of timestamps. It keeps the text that the API wrote, and converts it on demand.

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod conversions;
mod rfc3339;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

use super::error_debug::{DebugError, fmt_error};
use super::lenient;
use rfc3339::Instant;

/// A point in time of the API: RFC 3339 text, kept exactly as it came.
///
/// The text is kept and converted on demand, because the API writes it in several ways (`2025-02-13T19:08:07.000Z`,
/// `…07Z`, `…07+00:00`), and because one text that cannot be converted must not make the whole page of results fail.
/// Two timestamps are equal if their texts are equal. For this reason timestamps have no order either:
/// [`cmp_instant`](Self::cmp_instant) compares the instants, and so do the types they convert to.
///
/// A number in the place of a timestamp does not fail either, but is kept as its text: `1739473687` becomes
/// `"1739473687"`. Its unit is not known, so it is not converted. If a required timestamp is `null`, it becomes the
/// empty text.
///
/// With the feature `chrono` (on by default) there are `to_chrono` and `From<chrono::DateTime<_>>`, with the feature
/// `jiff` `to_jiff` and `From<jiff::Timestamp>`, with the feature `time` `to_time` and `From<time::OffsetDateTime>`.
/// [`now`](Self::now), [`cmp_instant`](Self::cmp_instant) and `parse` need none of them. `Timestamp::from` keeps any
/// text, while `text.parse::<Timestamp>()` accepts RFC 3339 only.
///
/// ```
/// use imprint_client::Timestamp;
///
/// let at = Timestamp::from("2025-02-13T19:08:07.000Z");
/// assert_eq!(at.as_str(), "2025-02-13T19:08:07.000Z");
/// # #[cfg(feature = "chrono")]
/// assert_eq!(at.to_chrono()?.timestamp(), 1_739_473_687);
/// # Ok::<(), imprint_client::TimestampError>(())
/// ```
///
/// # Sorting
///
/// Convert first and sort then, so that a text that is no date stops the program before anything is sorted:
///
/// ```
/// # #[cfg(feature = "chrono")] {
/// use imprint_client::TimestampError;
/// use imprint_client::types::Reward;
///
/// /// The rewards, the oldest first.
/// fn sorted(rewards: Vec<Reward>) -> Result<Vec<Reward>, TimestampError> {
///     let with_time = |reward: Reward| Ok((reward.created_at.to_chrono()?, reward));
///     let mut rewards = rewards.into_iter().map(with_time).collect::<Result<Vec<_>, TimestampError>>()?;
///     rewards.sort_by_key(|(created_at, _)| *created_at);
///     Ok(rewards.into_iter().map(|(_, reward)| reward).collect())
/// }
/// # let reward = |id: &str, created_at: &str| {
/// #     let reward = Reward::builder().id(id).amount(1).customer_id("c").status("AVAILABLE").type_("REWARD");
/// #     reward.created_at(created_at).build().unwrap()
/// # };
/// # let (one, two) = ("2025-02-13T19:08:07.5Z", "2025-02-13T20:08:07+01:00");
/// # let ids = sorted(vec![reward("later", one), reward("earlier", two)]).unwrap();
/// # assert_eq!(ids.iter().map(|reward| reward.id.as_str()).collect::<Vec<_>>(), ["earlier", "later"]);
/// # assert!(sorted(vec![reward("a", one), reward("b", "soon")]).is_err());
/// # }
/// ```
///
/// # Sums for each month
///
/// The day and the month of a time depend on the offset from UTC. `to_chrono` keeps the offset that the text happens to
/// have, so convert to the time zone of your statements before you take the month, else a purchase in the night of the
/// last day may be counted for one month or for the next:
///
/// ```
/// # #[cfg(feature = "chrono")] {
/// use std::collections::BTreeMap;
///
/// use chrono::Datelike;
/// use imprint_client::TimestampError;
/// use imprint_client::types::Transaction;
///
/// /// The sum of the amounts for each month, by year and month in UTC.
/// fn by_month(transactions: &[Transaction]) -> Result<BTreeMap<(i32, u32), i64>, TimestampError> {
///     let mut sums = BTreeMap::new();
///     for transaction in transactions {
///         let created_at = transaction.created_at.to_chrono()?.to_utc();
///         *sums.entry((created_at.year(), created_at.month())).or_default() += transaction.amount;
///     }
///     Ok(sums)
/// }
/// # let transaction = |amount: i64, created_at: &str| {
/// #     let made = Transaction::builder().id("t").customer_id("c").payment_method_id("p").status("SETTLED");
/// #     made.amount(amount).created_at(created_at).build().unwrap()
/// # };
/// # let transactions = [
/// #     transaction(100, "2025-02-28T23:59:59Z"),
/// #     transaction(20, "2025-03-01T00:30:00+01:00"),
/// #     transaction(3, "2025-02-28T23:30:00-01:00"),
/// # ];
/// # assert_eq!(by_month(&transactions).unwrap(), BTreeMap::from([((2025, 2), 120), ((2025, 3), 3)]));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp(String);

impl Timestamp {
    /// The text, exactly as it came or was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time now, by the clock of the system: in UTC, with milliseconds, such as `2025-02-13T19:08:07.120Z`.
    pub fn now() -> Self {
        Self::of_system_time(SystemTime::now())
    }

    fn of_system_time(at: SystemTime) -> Self {
        // A clock that was never set may be before 1970. Such a time is rounded down as well.
        let milliseconds = match at.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(error) => {
                let before = error.duration().as_nanos().div_ceil(1_000_000);
                i64::try_from(before).map_or(i64::MIN, |before| -before)
            }
        };
        Self(rfc3339::write(milliseconds.div_euclid(1_000), &format!("{:03}", milliseconds.rem_euclid(1_000))))
    }

    /// Which of two timestamps is earlier. The instants are compared, whatever the offsets of the texts and the number
    /// of their digits: `2025-02-13T20:08:07+01:00` is equal to `2025-02-13T19:08:07.000Z`.
    ///
    /// All digits after the second count, also those beyond nanoseconds, which the types of other crates cut off. A leap
    /// second (60) counts as the second before it.
    ///
    /// ```
    /// use std::cmp::Ordering;
    ///
    /// use imprint_client::Timestamp;
    ///
    /// let (sent, received) = (Timestamp::from("2025-02-13T20:08:07+01:00"), Timestamp::from("2025-02-13T19:08:07.5Z"));
    /// assert_eq!(sent.cmp_instant(&received)?, Ordering::Less);
    /// # Ok::<(), imprint_client::TimestampError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when one of the texts is not an RFC 3339 date and time.
    pub fn cmp_instant(&self, other: &Self) -> Result<Ordering, TimestampError> {
        Ok(self.instant()?.order().cmp(&other.instant()?.order()))
    }

    /// Whether the text is an RFC 3339 date and time, and so can be converted.
    pub(crate) fn is_valid(&self) -> bool {
        self.instant().is_ok()
    }

    fn instant(&self) -> Result<Instant<'_>, TimestampError> {
        Instant::read(&self.0).ok_or(TimestampError::FORM)
    }
}

/// Accepts RFC 3339 dates and times only, in the form that [`to_chrono`](Timestamp::to_chrono) accepts, and keeps the
/// text as it is. [`Timestamp::from`] accepts every text.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let at = Self::from(text);
        if at.is_valid() { Ok(at) } else { Err(TimestampError::FORM) }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Timestamp {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&String> for Timestamp {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

impl From<&Self> for Timestamp {
    fn from(same: &Self) -> Self {
        same.clone()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl PartialEq<str> for Timestamp {
    fn eq(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl PartialEq<&str> for Timestamp {
    fn eq(&self, text: &&str) -> bool {
        self.0 == *text
    }
}

crate::value::string_schema!(Timestamp);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

/// Reads a text, a number or null.
struct TimestampVisitor;

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        Ok(Timestamp::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Timestamp, E> {
        Ok(Timestamp(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Timestamp, E> {
        Ok(Timestamp(String::new()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Timestamp, E> {
        Ok(Timestamp(number.to_string()))
    }

    // serde_json calls these two for numbers beyond 64 bits if `arbitrary_precision` is on. If it is off, it calls
    // `visit_f64`.
    fn visit_i128<E: Error>(self, number: i128) -> Result<Timestamp, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Timestamp, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Timestamp, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::invalid_type(Unexpected::Float(number), &self))?;
        Ok(Timestamp(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Timestamp, A::Error> {
        Err(lenient::not_a_list(items, &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Timestamp, A::Error> {
        let Some(number) = lenient::number(members) else { return Err(A::Error::invalid_type(Unexpected::Map, &self)) };
        // The number's own text is not used, because it would differ from the text without `arbitrary_precision`.
        if let Some(number) = number.as_i64() {
            self.visit_i64(number)
        } else if let Some(number) = number.as_u64() {
            self.visit_u64(number)
        } else {
            self.visit_f64(number.as_f64().unwrap_or(f64::INFINITY))
        }
    }
}

/// The text of a [`Timestamp`] is not an RFC 3339 date and time, or the time is too late for the type it should be
/// converted to. [`Timestamp::as_str`] has the text.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampError {
    // The text is not kept here: it may be no date, and so it may be anything.
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Form,
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    OutOfRange,
}

impl TimestampError {
    const FORM: Self = Self { reason: Reason::Form };
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    const OUT_OF_RANGE: Self = Self { reason: Reason::OutOfRange };
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            Reason::Form => "the text is not an RFC 3339 date and time such as 2025-02-13T19:08:07Z",
            #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
            Reason::OutOfRange => "the time is later than the type it should be converted to can hold",
        })
    }
}

impl fmt::Debug for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for TimestampError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimestampError")
    }
}

impl std::error::Error for TimestampError {}

#[cfg(test)]
mod tests;
