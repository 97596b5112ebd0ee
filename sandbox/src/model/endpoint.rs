//! An endpoint that webhooks are sent to.

use imprint_client::Secret;
use imprint_client::webhook::Reading;
use serde::{Deserialize, Serialize};

use crate::model::target::Target;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Endpoint {
    pub id: String,
    pub target: Target,
    /// The signing token.
    pub token: Secret,
    /// The kinds that it takes, in alphabetical order. None for all.
    pub only: Option<Vec<String>>,
    /// The merchant keys of the products that it takes events of. None for all.
    pub merchant_keys: Option<Vec<String>>,
    /// How signatures are made.
    #[serde(with = "reading")]
    pub reading: Reading,
    /// Whether timestamps in signatures count milliseconds.
    pub milliseconds: bool,
    /// Whether it was removed. The row stays, so that its deliveries can say where they were sent to.
    pub is_removed: bool,
}

impl Endpoint {
    /// Whether it takes events of a kind about a product.
    pub fn takes(&self, object: &str, product: &str) -> bool {
        let takes =
            |list: &Option<Vec<String>>, one: &str| list.as_ref().is_none_or(|list| list.iter().any(|l| l == one));
        takes(&self.only, object) && takes(&self.merchant_keys, product)
    }

    /// Whether there can be an event that both take, which one receiver would get twice.
    pub fn overlaps(&self, other: &Self) -> bool {
        let overlap = |one: &Option<Vec<String>>, other: &Option<Vec<String>>| match (one, other) {
            (Some(one), Some(other)) => one.iter().any(|text| other.contains(text)),
            (Some(list), None) | (None, Some(list)) => !list.is_empty(),
            (None, None) => true,
        };
        let is_same_receiver = self.target == other.target;
        is_same_receiver && overlap(&self.only, &other.only) && overlap(&self.merchant_keys, &other.merchant_keys)
    }

    /// Whether another one has the same settings.
    pub fn is_like(&self, other: &Self) -> bool {
        let Self { id: _, target, token, only, merchant_keys, reading, milliseconds, is_removed } = self;
        *target == other.target
            && *token == other.token
            && *only == other.only
            && *merchant_keys == other.merchant_keys
            && *reading == other.reading
            && *milliseconds == other.milliseconds
            && *is_removed == other.is_removed
    }
}

impl Row for Endpoint {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        if self.is_removed { Vec::new() } else { vec![("all", String::new())] }
    }
}

/// A reading is kept as its number among all.
mod reading {
    use imprint_client::webhook::Reading;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(reading: &Reading, serializer: S) -> Result<S::Ok, S::Error> {
        let number = Reading::ALL.iter().position(|known| known == reading).unwrap_or_default();
        serializer.serialize_u64(number as u64)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Reading, D::Error> {
        let number = usize::deserialize(deserializer)?;
        Reading::ALL.get(number).copied().ok_or_else(|| D::Error::custom("no such reading of a signature"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint {
            id: "E".into(),
            target: Target::parse("http://127.0.0.1:9000/webhooks").expect("a receiver on this machine"),
            token: "token".into(),
            only: Some(vec!["REWARD".into()]),
            merchant_keys: None,
            reading: Reading::ALL[0],
            milliseconds: false,
            is_removed: false,
        }
    }

    #[test]
    fn endpoints_are_alike_if_all_but_their_ids_is_the_same() {
        assert!(endpoint().is_like(&Endpoint { id: "F".into(), ..endpoint() }));
        let elsewhere = Target::parse("http://127.0.0.1:9001/webhooks").expect("a receiver on this machine");
        for other in [
            Endpoint { target: elsewhere, ..endpoint() },
            Endpoint { token: "another".into(), ..endpoint() },
            Endpoint { only: None, ..endpoint() },
            Endpoint { merchant_keys: Some(vec!["M".into()]), ..endpoint() },
            Endpoint { reading: Reading::ALL[1], ..endpoint() },
            Endpoint { milliseconds: true, ..endpoint() },
            Endpoint { is_removed: true, ..endpoint() },
        ] {
            assert!(!endpoint().is_like(&other) && !other.is_like(&endpoint()));
        }
    }

    #[test]
    fn each_reading_is_kept_and_an_unknown_one_is_refused() {
        for reading in Reading::ALL {
            let kept = serde_json::to_value(Endpoint { reading, ..endpoint() }).expect("JSON");
            let read: Endpoint = serde_json::from_value(kept.clone()).expect("what was kept");
            assert_eq!(read.reading, reading);
            let mut unknown = kept;
            unknown["reading"] = serde_json::json!(Reading::ALL.len());
            assert!(serde_json::from_value::<Endpoint>(unknown).is_err());
        }
    }
}
