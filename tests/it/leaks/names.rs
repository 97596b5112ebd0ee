//! Which fields are sensitive, by their names. This list is independent of the build's list, so that it can find fields
//! that the build's list misses.

use super::types::{Field, structs};
use imprint_sandbox::contract::Contract;

/// Words in a field name that suggest credentials, card or account numbers, or personal data.
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

/// Combinations of words that suggest the same.
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

/// Fields with such names that are not sensitive, each with the reason.
const HARMLESS: &[(&str, &str)] = &[
    ("authorization_code", "the approval number of a purchase, which gives no access"),
    ("bank_account", "an object whose numbers are secrets of their own"),
    ("merchant_key", "the name of a product"),
    ("tokens", "a list of objects whose token is a secret of its own"),
];

/// Structs in which every field is personal data.
const PERSONAL: &[&str] = &["Address", "DateOfBirth"];

/// Further fields that are personal data in every struct.
const PERSONAL_FIELDS: &[&str] = &["city", "state"];

pub fn is_suspicious(name: &str) -> bool {
    let words = || name.split(['_', '-', '.']).map(str::to_ascii_lowercase);
    words().any(|word| SUSPICIOUS.contains(&word.as_str()))
        || SUSPICIOUS_TOGETHER.iter().any(|together| name.to_ascii_lowercase().contains(together))
}

/// Whether `Debug` must not show the value.
pub fn is_sensitive(owner: &str, field: &Field) -> bool {
    let harmless = HARMLESS.iter().any(|(name, _)| *name == field.api_name);
    let named = (is_suspicious(&field.api_name) || PERSONAL_FIELDS.contains(&field.api_name.as_str())) && !harmless;
    field.ty == "Secret" || PERSONAL.contains(&owner) || named
}

/// Whether the field is a credential or a number of an account. Its type must be `Secret`, which wipes its memory and
/// has no `Display`.
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
fn a_field_with_the_name_of_a_secret_has_the_type_secret() {
    let mut seen = Vec::new();
    for (owner, fields) in structs() {
        for field in fields {
            if HARMLESS.iter().any(|(name, _)| *name == field.api_name) {
                seen.push(field.api_name.as_str());
            } else if is_credential(&field.api_name) {
                assert_eq!(
                    field.ty, "Secret",
                    "{owner}.{} is named like a secret: mark it in the overlay, or add it to HARMLESS here",
                    field.api_name
                );
            }
        }
    }
    for (name, why) in HARMLESS {
        assert!(seen.contains(name) && !why.is_empty(), "no type has the field {name} any more");
    }
}

#[test]
fn no_parameter_has_the_name_of_a_secret() {
    for operation in Contract::shared().operations() {
        for parameter in &operation.parameters {
            assert!(!is_suspicious(&parameter.name), "{}: {}", operation.id, parameter.name);
        }
    }
}

#[test]
fn suspicious_names_are_recognized() {
    for name in ["api_key", "client_secret", "refresh_token", "pin", "card_number", "home_phone", "tax_id", "zip_code"]
    {
        assert!(is_suspicious(name), "{name}");
    }
    for name in ["amount", "status", "pinned", "keyboard", "opinion", "merchant_name", "panel"] {
        assert!(!is_suspicious(name), "{name}");
    }
}
