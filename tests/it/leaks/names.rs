//! What a name says about how sensitive a field is: a list of its own, so that it can find what the build's list lacks.

use super::types::{Field, structs};
use crate::spec::Spec;

/// Words of a name that speak of credentials, of the numbers of cards, accounts and people, or of a person.
const SUSPICIOUS: &[&str] = &[
    "birth",
    "cvc",
    "cvv",
    "credential",
    "email",
    "iban",
    "key",
    "licence",
    "license",
    "mail",
    "mobile",
    "otp",
    "pan",
    "passcode",
    "passport",
    "password",
    "passwd",
    "phone",
    "pin",
    "postal",
    "private",
    "pwd",
    "routing",
    "salt",
    "secret",
    "signature",
    "ssn",
    "ssn4",
    "street",
    "street1",
    "street2",
    "line1",
    "line2",
    "tin",
    "token",
    "tokens",
    "username",
    "zip",
];

/// Words that speak of it together.
const SUSPICIOUS_TOGETHER: &[&str] = &[
    "account_number",
    "authorization_code",
    "auth_code",
    "bank_account",
    "card_number",
    "first_name",
    "full_name",
    "last_name",
    "middle_name",
    "tax_id",
    "national_id",
    "maiden_name",
];

/// What sounds like it and is not, and why.
const HARMLESS: &[(&str, &str)] = &[
    ("authorization_code", "the approval number of a purchase; it opens nothing"),
    ("bank_account", "an object whose numbers are secrets of their own"),
    ("merchant_key", "the name of a product"),
    ("tokens", "a list of objects whose token is a secret of its own"),
];

/// Structs that hold a person's data in every field.
const PERSONAL: &[&str] = &["Address", "DateOfBirth"];

/// Fields that are a person's wherever they stand, beside those whose names are suspicious.
const PERSONAL_FIELDS: &[&str] = &["city", "state"];

pub fn is_suspicious(name: &str) -> bool {
    let words = || name.split(['_', '-', '.']).map(str::to_ascii_lowercase);
    words().any(|word| SUSPICIOUS.contains(&word.as_str()))
        || SUSPICIOUS_TOGETHER.iter().any(|together| name.to_ascii_lowercase().contains(together))
}

/// Whether no Debug may show the value.
pub fn is_sensitive(owner: &str, field: &Field) -> bool {
    let harmless = HARMLESS.iter().any(|(name, _)| *name == field.wire);
    let named = (is_suspicious(&field.wire) || PERSONAL_FIELDS.contains(&field.wire.as_str())) && !harmless;
    field.ty == "Secret" || PERSONAL.contains(&owner) || named
}

/// Those that are more than personal: they must be secrets in the types, which wipe their memory and have no Display.
fn is_credential(name: &str) -> bool {
    const CREDENTIALS: &[&str] = &[
        "credential",
        "cvc",
        "cvv",
        "iban",
        "key",
        "otp",
        "pan",
        "passcode",
        "password",
        "passwd",
        "pin",
        "private",
        "pwd",
        "routing",
        "secret",
        "ssn",
        "ssn4",
        "token",
        "tokens",
        "tin",
    ];
    let together = ["account_number", "card_number", "tax_id"].iter().any(|together| name.contains(together));
    together || name.split('_').any(|word| CREDENTIALS.contains(&word))
}

#[test]
fn what_sounds_like_a_secret_is_one() {
    let mut seen = Vec::new();
    for (owner, fields) in structs() {
        for field in fields {
            if HARMLESS.iter().any(|(name, _)| *name == field.wire) {
                seen.push(field.wire.as_str());
            } else if is_credential(&field.wire) {
                assert_eq!(
                    field.ty, "Secret",
                    "{owner}.{} sounds like a secret and is none: mark it in the overlay, or say in this file why not",
                    field.wire
                );
            }
        }
    }
    for (name, why) in HARMLESS {
        assert!(seen.contains(name) && !why.is_empty(), "{name} is in no type any more");
    }
}

#[test]
fn nothing_that_sounds_like_a_secret_goes_into_a_url() {
    for operation in Spec::get().operations() {
        for parameter in &operation.parameters {
            assert!(!is_suspicious(&parameter.name), "{}: {}", operation.id, parameter.name);
        }
    }
}

#[test]
fn the_list_finds_what_it_is_for() {
    for name in ["api_key", "client_secret", "refresh_token", "pin", "card_number", "home_phone", "tax_id", "zip_code"]
    {
        assert!(is_suspicious(name), "{name}");
    }
    for name in ["amount", "status", "pinned", "keyboard", "opinion", "merchant_name", "panel"] {
        assert!(!is_suspicious(name), "{name}");
    }
}
