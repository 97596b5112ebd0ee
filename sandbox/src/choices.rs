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
        "A `starting_after` that was never an item of the list is refused with 400.",
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
    AuthorisationExpires, "authorisation-expires",
        "An authorisation that is not captured within seven days is voided.",
        None;
    AuthorisationNeedsActiveMethod, "authorisation-needs-active-method",
        "An authorisation on a payment method that is not active is refused with 409.",
        None;
    DeclinedLeavesNothing, "declined-leaves-nothing",
        "An authorisation that the bank declines is refused with 409, and leaves neither a transaction nor an event.",
        Some("PaymentMethodControl::decline");
    ClosedAccountsHaveNoTransactions, "closed-accounts-have-no-transactions",
        "A customer whose account is closed has no new steps of transactions; they are refused with 409.",
        None;
    TransactionKeepsMethodAndCurrency, "transaction-keeps-method-and-currency",
        "A step of a transaction that names another payment method or currency is refused with 409.",
        None;
    AmountDefaultsToTheRest, "amount-defaults-to-the-rest",
        "A capture without an amount is of the rest of the authorisation, and a refund without one of the rest of its capture.",
        None;
    SeveralCaptures, "several-captures",
        "An authorisation may be captured several times, also after a refund, and above its amount.",
        Some("Product::refuse_over_capture");
    RefundCapPerCapture, "refund-cap-per-capture",
        "The refunds of a capture are bounded by the amount of that capture.",
        None;
    IntentMatching, "intent-matching",
        "A new transaction belongs to the confirmed intent of the same network transaction, else to the oldest with the same payment method and amount.",
        None;
    RewardPatch, "reward-patch",
        "The amount of a reward changes only while it is pending, setting what it has already changes nothing, and the partner's own change causes no event.",
        None;
    RewardsBalance, "rewards-balance",
        "The balance is the sum of the available rewards less the sum of the deducted ones.",
        None;
    SimulatedRewardFitsTheProduct, "simulated-reward-fits-the-product",
        "A reward is simulated only of the type that the product has.",
        Some("Product::rewards");
    LoanStatuses, "loan-statuses",
        "A loan waits as PENDING for the decision on its application, becomes APPROVED or REJECTED by it, then ACTIVE, then CLOSED.",
        None;
    ListCursorDeleted, "list-cursor-deleted",
        "A `starting_after` whose item was deleted still marks its place.",
        None;
    OrderTotalsAreChecked, "order-totals-are-checked",
        "Order lines that do not sum to a total, or sum to more than 64 bits can hold, are refused with 400, which names the total.",
        None;
    OrderRewardsMayBeOmitted, "order-rewards-may-be-omitted",
        "A total of rewards that is omitted is not compared with the order lines, and stays absent.",
        None;
    EmptyOrderLinesAreNone, "empty-order-lines-are-none",
        "An empty list of order lines counts as none, and is compared with no total.",
        None;
    OrderLinesAreNotNegative, "order-lines-are-not-negative",
        "An order line whose rate, rewards rate or quantity is below zero is refused with 400.",
        None;
    OrderCurrencyIsShown, "order-currency-is-shown",
        "An order or order event that was sent without a currency is shown with USD.",
        None;
    OrderOfUnknownPaymentMethod, "order-of-unknown-payment-method",
        "An order with a payment method that does not exist is refused with 400.",
        None;
    OrderOnAnyPaymentMethod, "order-on-any-payment-method",
        "An order may name a payment method that is inactive or canceled.",
        None;
    PartnerOrderIdMayRepeat, "partner-order-id-may-repeat",
        "Several orders may have the same `partner_order_id`.",
        None;
    OrderUnknown, "order-unknown",
        "Replacing or deleting an order, or deleting an order event, that does not exist or was deleted is refused with 404.",
        None;
    DeletedOrderKeepsItsEvents, "deleted-order-keeps-its-events",
        "The events of an order stay when the order is deleted.",
        None;
    EventOfUnknownOrder, "event-of-unknown-order",
        "An event of an order that does not exist or was deleted is refused with 404.",
        None;
    PartnerEventIdIsUnique, "partner-event-id-is-unique",
        "A `partner_event_id` that another order event has is refused with 409; that of a deleted one may be used again.",
        None;
    OrderEventsEarnNoRewards, "order-events-earn-no-rewards",
        "Order events earn no rewards.",
        None;
    OfferIsOfTheProduct, "offer-is-of-the-product",
        "All customers of a product get the same offer, under the same id.",
        Some("Product::offer");
    OfferWithoutCustomer, "offer-without-customer",
        "A request for an offer that names no customer gets that of the product, which is not prescreened.",
        None;
    ClosingCancelsPaymentMethods, "closing-cancels-payment-methods",
        "When an account is closed, its payment methods are canceled, and a loan that was paid out is closed.",
        None;
    ClosedAccountStaysClosed, "closed-account-stays-closed",
        "An application of a customer whose account in the program is closed is rejected, whatever the last name is.",
        None;
    StatementCycle, "statement-cycle",
        "The statements of a customer close every 30 days from the first approval on.",
        Some("Sandbox::close_statement");
    RefundIsPendingDeduction, "refund-is-pending-deduction",
        "In a product with rewards per event a refund makes a reward that is PENDING_DEDUCTION.",
        Some("Product::rewards");
    RewardOfZeroIsNotMade, "reward-of-zero-is-not-made",
        "A purchase or refund whose reward comes to less than 1 makes none.",
        None;
    NetOfStatement, "net-of-statement",
        "A statement on which refunds outweigh makes a reward that is DEDUCTED, and one on which nothing is left makes none.",
        None;
    TransactionShowsSums, "transaction-shows-sums",
        "A transaction shows the status of its last step, and the amount that was captured, else the authorised one, else the refunded one.",
        None;
    UpdatedAuthorisationGoesOn, "updated-authorisation-goes-on",
        "An authorisation that was updated may be updated again, and voided.",
        None;
    LinkSharesPartnerId, "link-shares-partner-id",
        "A customer may be linked to a partner's id that another customer has without a link: both have it then, and a session with that id alone is for the one that existed first.",
        None;
    StreakPeriods, "streak-periods",
        "The periods of a streak follow each other from the enrollment on, each 30 days long.",
        Some("StreakSetup::period_length");
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

    /// The source of the crate without this file.
    fn source(directory: &std::path::Path) -> String {
        let entries = std::fs::read_dir(directory).expect("the source can be read");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths
            .filter(|path| !path.ends_with("src/choices.rs"))
            .map(|path| match path.is_dir() {
                true => source(&path),
                false => std::fs::read_to_string(&path).expect("the source can be read"),
            })
            .collect()
    }

    /// The text of `docs/choices.md`.
    fn page() -> String {
        let mut page = String::from(
            "# What the sandbox had to decide\n\n\
             Imprint documents none of the following, so each is a guess. An answer of the sandbox that rests on some of them\n\
             names them in the header `x-imprint-sandbox-choice`. Do not build on them without asking Imprint.\n\n\
             What Imprint, a bank, a customer or the clock does has no answer that could name it: those about webhooks and\n\
             about what a test plays are in this list only, and are marked so.\n\n\
             | id | what the sandbox does | setting that changes it | in the header |\n|---|---|---|---|\n",
        );
        let source = source(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
        for choice in Choice::ALL {
            let setting = choice.setting().map_or(String::new(), |setting| format!("`{setting}`"));
            // A choice is named in answers if some operation says so; the name of the variant is what it says.
            let name = format!("Choice::{choice:?}");
            let is_named = source.split(|c: char| !c.is_alphanumeric() && c != ':').any(|word| word == name);
            let header = if is_named { "yes" } else { "no" };
            page += &format!("| `{}` | {} | {setting} | {header} |\n", choice.id(), choice.sentence());
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
    fn only_what_no_answer_can_name_is_in_the_list_alone() {
        let page = page();
        let silent: Vec<_> = page.lines().filter(|line| line.ends_with("| no |")).collect();
        let others = silent.iter().filter(|line| !line.starts_with("| `webhook-"));
        let others: Vec<_> = others.filter_map(|line| line.split('`').nth(1)).collect();
        // What a customer fills in, a bank decides, Imprint closes, a test sets up, and the clock brings.
        assert_eq!(
            others,
            [
                "applicant-is-the-customer",
                "application-resumes",
                "payment-method-canceled-is-final",
                "reissue-keeps-the-id",
                "loan-statuses",
                "closing-cancels-payment-methods",
                "closed-account-stays-closed",
                "statement-cycle",
                "streak-periods",
            ]
        );
        assert!(silent.len() > others.len(), "those about webhooks");
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
