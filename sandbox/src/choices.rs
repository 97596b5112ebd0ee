//! The choices that the sandbox makes where Imprint documents nothing.
//!
//! Each is a variant with an id and a sentence. An answer that rests on some of them names them in the header
//! `x-imprint-sandbox-choice`, and `docs/choices.md` lists all: so a team sees which of its tests rest on Imprint's words
//! and which on a guess of the sandbox.

use std::fmt;

/// Declares the variants together with what is said about them, so that none is without.
macro_rules! choices {
    ($($variant:ident, $id:literal, $sentence:literal, $setting:expr;)*) => {
        /// Something that Imprint does not document and the sandbox had to decide.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Choice {
            $(#[doc = $sentence] $variant,)*
        }

        impl Choice {
            /// Every choice, in the order of `docs/choices.md`.
            pub const ALL: &'static [Choice] = &[$(Choice::$variant,)*];

            /// The id that the header `x-imprint-sandbox-choice` carries.
            pub const fn id(self) -> &'static str {
                match self { $(Choice::$variant => $id,)* }
            }

            /// What the sandbox does, in one sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $(Choice::$variant => $sentence,)* }
            }

            /// The setting, such as one of [`Builder`](crate::Builder) or [`Product`](crate::Product), or the method that
            /// changes it, if there is one.
            pub const fn setting(self) -> Option<&'static str> {
                match self { $(Choice::$variant => $setting,)* }
            }
        }
    };
}

choices! {
    EmptyTextIsAbsent, "empty-text-is-absent",
        "A field or parameter that holds the empty text counts as absent, before anything is validated.",
        Some("Builder::validation");
    UnknownFieldsAreIgnored, "unknown-fields-are-ignored",
        "A field that the document does not name is ignored, and noted in the log.",
        Some("Builder::validation");
    ErrorType, "error-type",
        "The `type` of this error is the sandbox's own, since the document gives none for it.",
        None;
    UndeclaredError, "undeclared-error",
        "The document declares no such status for this operation; the error is flat for a 404 and nested otherwise.",
        Some("Builder::error_shapes");
    UnauthorizedAnswer, "unauthorized-answer",
        "A request without a valid key is answered with 401, no body, and a `www-authenticate` header.",
        None;
    PermissionByEffect, "permission-by-effect",
        "A key needs the permission to read for an operation that only reads, and to write for any other.",
        Some("Builder::key_with");
    KeysNeedNoPermission, "keys-need-no-permission",
        "A key of any permissions may make a new key like itself and delete itself.",
        None;
    KeyText, "key-text",
        "The text of a new key is `sbx_` and 24 letters and digits.",
        None;
    LastKeyMayBeDeleted, "last-key-may-be-deleted",
        "A key is deleted at once, also if it is the only one.",
        None;
    UnknownMerchantKeyOpensProduct, "unknown-merchant-key-opens-product",
        "A merchant key that is not known opens a product, empty and with the default settings, as long as no product was declared.",
        Some("Builder::product");
    IdsIgnoreCase, "ids-ignore-case",
        "An id is looked up without regard to letter case.",
        None;
    ListInOrderOfCreation, "list-in-order-of-creation",
        "The items of a list are in the order of their creation.",
        None;
    ListLimitHasNoMaximum, "list-limit-has-no-maximum",
        "`limit` has no maximum.",
        None;
    ListTotalCountsMatches, "list-total-counts-matches",
        "`total` counts all items that match, not those of the page.",
        None;
    ListCursorUnknown, "list-cursor-unknown",
        "A `starting_after` that was never an item of the table is refused with 400.",
        None;
    SearchWithoutFilterFindsAll, "search-without-filter-finds-all",
        "A search for customers without a filter finds all customers.",
        None;
    PersonalFiltersAreExact, "personal-filters-are-exact",
        "A search by SSN compares the whole stored number, and a search by date of birth compares the parts that are given.",
        None;
    UpdateReplacesMetadata, "update-replaces-metadata",
        "An update of a customer replaces `metadata` as a whole.",
        None;
    UpdateKeepsCountry, "update-keeps-country",
        "An update of parts of the address keeps the country, and sets USA if there was none.",
        None;
    LinkIsUnique, "link-is-unique",
        "A customer has at most one link and a partner's id of a customer is linked at most once; linking the same pair again is a conflict, too.",
        Some("Builder::omit_existing_link");
    SessionLifetime, "session-lifetime",
        "A session expires an hour after it was created.",
        Some("Builder::session_lifetime");
    SessionOfUnknownCustomer, "session-of-unknown-customer",
        "A session for a `customer_id` that does not exist is refused with 400.",
        None;
    SessionIdsDisagree, "session-ids-disagree",
        "A session with a `customer_id` and a `partner_customer_id` that belong to different customers is refused with 400.",
        None;
    SessionOutlivesUse, "session-outlives-use",
        "A session can be read, with its client secret, after it expired or was used.",
        None;
    PaymentMethodsOfUnknownCustomer, "payment-methods-of-unknown-customer",
        "A search for the payment methods of a customer that does not exist finds nothing.",
        None;
    PciDetailsNeedPermission, "pci-details-need-permission",
        "`pci_details` are in the answer only if the key has the permission for them.",
        Some("Builder::key_with");
    ApplicantIsTheCustomer, "applicant-is-the-customer",
        "An application without a last name or phone number takes those of the customer.",
        None;
    ApplicationResumes, "application-resumes",
        "A phone number with an application that waits for a decision resumes that application.",
        None;
    PaymentMethodCanceledIsFinal, "payment-method-canceled-is-final",
        "A canceled payment method stays canceled; an active one and an inactive one may change into each other.",
        None;
    ReissueKeepsTheId, "reissue-keeps-the-id",
        "A card that is issued again has a new number and keeps the id of its payment method.",
        None;
    PaymentMethodOfAnotherCustomer, "payment-method-of-another-customer",
        "A request that names a customer and a payment method of another customer is refused with 400.",
        None;
    AmountsAreNotNegative, "amounts-are-not-negative",
        "An amount below zero is refused with 400.",
        None;
    IntentOfAnotherCustomer, "intent-of-another-customer",
        "An update of an intent that names another customer is refused with 400.",
        None;
    IntentCanceledIsFinal, "intent-canceled-is-final",
        "A confirmed intent may be canceled, and a canceled one cannot change any more.",
        None;
    LoanStatuses, "loan-statuses",
        "A loan waits as PENDING for the decision on its application, becomes APPROVED or REJECTED by it, then ACTIVE, then CLOSED.",
        None;
    WebhookRetries, "webhook-retries",
        "A webhook that was not answered with 2xx is sent again after 5 s, 10 s, 20 s and so on, at most an hour apart, and is dead after twelve attempts.",
        Some("Builder::webhook_retry");
    WebhookTimeout, "webhook-timeout",
        "A receiver has 10 seconds to answer a webhook.",
        Some("Builder::webhook_timeout");
    WebhookOrder, "webhook-order",
        "The webhooks of an endpoint are sent one after the other, in the order of their events, and one that failed holds back none of those after it.",
        Some("Sandbox::chaos");
    WebhookSignedAnew, "webhook-signed-anew",
        "Each attempt to deliver a webhook is signed anew, with the time of the attempt.",
        Some("Sandbox::replay_with_old_signature");
    WebhookSignatureSeconds, "webhook-signature-seconds",
        "A webhook is signed with the token as key, over the raw body, with a timestamp in seconds.",
        Some("Endpoint::reading");
    WebhookUnknownKindsToAll, "webhook-unknown-kinds-to-all",
        "An endpoint takes all kinds of events, also new ones, unless it was registered for some.",
        Some("Endpoint::only");
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The text of `docs/choices.md`.
    fn page() -> String {
        let mut page = String::from(
            "# What the sandbox had to decide\n\n\
             Imprint documents none of the following, so each is a guess. An answer of the sandbox that rests on some of them\n\
             names them in the header `x-imprint-sandbox-choice`. Do not build on them without asking Imprint.\n\n\
             | id | what the sandbox does | setting that changes it |\n|---|---|---|\n",
        );
        for choice in Choice::ALL {
            let setting = choice.setting().map_or(String::new(), |setting| format!("`{setting}`"));
            page += &format!("| `{}` | {} | {setting} |\n", choice.id(), choice.sentence());
        }
        page
    }

    #[test]
    fn the_page_lists_every_choice_as_it_is() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/choices.md");
        if std::env::var_os("WRITE_PAGES").is_some() {
            std::fs::write(path, page()).expect("the page can be written");
        }
        let written = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(written, page(), "write it anew: WRITE_PAGES=1 cargo test --package imprint-sandbox --lib choices");
    }

    #[test]
    fn ids_are_words_in_lower_case_and_each_is_used_once() {
        let ids: BTreeSet<_> = Choice::ALL.iter().map(|choice| choice.id()).collect();
        assert_eq!(ids.len(), Choice::ALL.len());
        assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')), "{ids:?}");
    }

    #[test]
    fn each_is_one_sentence() {
        for choice in Choice::ALL {
            let sentence = choice.sentence();
            assert!(sentence.ends_with('.') && !sentence.contains(". "), "{sentence}");
        }
    }
}
