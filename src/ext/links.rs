//! The helper `ensure_linked`: links a customer to the account that the partner has for this customer.
//!
//! | what is known | what the helper does | result |
//! |---|---|---|
//! | an answer or a 409 shows the requested link | nothing | `Ok`; `Inactive` if the link is not in force |
//! | an answer or a 409 shows another link | nothing | `LinkedElsewhere` |
//! | a 409 shows no link | nothing | `Call` |
//! | refused | nothing | `Call` |
//! | not known whether the link was made (no answer, 5xx, a 2xx that cannot be read) | sends the request a second time: if the first one made the link, the second is answered 409 | as above; if the second fails too, `Call` that says that the link may have been made |

use std::fmt;

use super::deadline::Deadline;
use super::find::not_empty;
use super::ids::same_resource;
use crate::client::Client;
use crate::error::{ApiError, Error, ErrorKind};
use crate::operation::LINK_CUSTOMER_ACCOUNT;
use crate::types::{CustomerId, CustomerLink, CustomerLinkStatus, PartnerCustomerId};
use crate::value::IntoValue;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error};

/// Why a customer is not linked as requested.
#[non_exhaustive]
pub enum LinkError {
    /// The call failed; or it was answered 409 without the conflicting link, so that nothing is known about that link.
    /// [`Error::may_have_been_processed`] returns whether the link may have been made although the call failed. Call
    /// the helper again to find out.
    Call(Error),
    /// Another link conflicts with the requested one, and it stays as it is; or the API answered with a link other than
    /// the requested one.
    #[non_exhaustive]
    LinkedElsewhere {
        /// The link that exists, or that the API answered with: it differs in the customer, the partner's account or
        /// both.
        existing: Box<CustomerLink>,
        /// The customer that was to be linked.
        customer_id: CustomerId,
        /// The partner's account that it was to be linked to.
        partner_customer_id: PartnerCustomerId,
    },
    /// The link exists but is `INACTIVE`: it is not in force. Imprint documents no way to make an inactive link active
    /// again.
    Inactive(Box<CustomerLink>),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::LinkedElsewhere { existing, customer_id, partner_customer_id } => {
                let what = match (
                    same_resource(existing.customer_id.as_str(), customer_id.as_str()),
                    existing.partner_customer_id == *partner_customer_id,
                ) {
                    (true, _) => "the customer is linked to another account of the partner",
                    (_, true) => "the account of the partner is linked to another customer",
                    _ => "a link of another customer to another account is in the way",
                };
                f.write_str(what)
            }
            Self::Inactive(_) => f.write_str("the customer is linked to this account, but the link is not in force"),
        }
    }
}

impl fmt::Debug for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for LinkError {
    fn causes(&self) -> Vec<String> {
        match self {
            Self::Call(error) => error.causes(),
            Self::LinkedElsewhere { .. } | Self::Inactive(_) => Vec::new(),
        }
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => f.debug_tuple("Call").field(&FieldsOf(error)).finish(),
            Self::LinkedElsewhere { existing, customer_id, partner_customer_id } => f
                .debug_struct("LinkedElsewhere")
                .field("existing", existing)
                .field("customer_id", customer_id)
                .field("partner_customer_id", partner_customer_id)
                .finish(),
            Self::Inactive(link) => f.debug_tuple("Inactive").field(link).finish(),
        }
    }
}

impl std::error::Error for LinkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => error.source(),
            Self::LinkedElsewhere { .. } | Self::Inactive(_) => None,
        }
    }
}

impl From<Error> for LinkError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl ApiError {
    /// The link that exists already, if `linkCustomerAccount` answered 409 and the answer contains that link.
    ///
    /// Such an answer, as Imprint's document shows it:
    ///
    /// ```json
    /// {
    ///   "error": {
    ///     "type": "CUSTOMER_ALREADY_LINKED",
    ///     "message": "Customer already linked to a partner account",
    ///     "existing_link": {
    ///       "customer_id": "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4",
    ///       "partner_customer_id": "PARTNER_USER_456",
    ///       "status": "ACTIVE",
    ///       "created_at": "2025-02-13T19:08:07.000Z",
    ///       "updated_at": "2025-02-13T19:08:07.000Z",
    ///       "metadata": { "store_id": "store_789", "platform_version": "2.1.0" }
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// The document requires only `type` and `message` of it, so the link may be missing. The existing link need not be
    /// the requested one: call [`ensure_linked`](Client::ensure_linked), which compares both ids, or compare them yourself:
    /// the customer's without regard to letter case, because Imprint writes it in both, and your own exactly.
    pub fn existing_link(&self) -> Option<&CustomerLink> {
        self.existing_link_as()
    }
}

/// # Helpers for links of customers
impl Client {
    /// Links a customer to an account of the partner, or finds that the customer is linked to this account already.
    ///
    /// Sends `linkCustomerAccount` without metadata. A 409 whose `existing_link` has the same customer and the same
    /// account is success, and the helper returns that link. A successful answer is compared with the request, too. The
    /// customer's id may differ in letter case, because Imprint writes its ids in both; the partner's account is
    /// compared exactly.
    ///
    /// When a failure of the call leaves open whether the link was made (no answer, a status of 5xx, a success that
    /// cannot be read), the helper makes the call a second time. If the first call made the link, the second is
    /// answered 409 with that link, which is success. So it is safe to call this helper any number of times.
    ///
    /// ```no_run
    /// use imprint_client::helpers::LinkError;
    ///
    /// # async fn example(client: imprint_client::Client) -> Result<(), LinkError> {
    /// match client.ensure_linked("BBB815E9-F654-438D-9AD3-3F7BB8136FC0", "PARTNER_USER_456").await {
    ///     Ok(link) => println!("linked since {}", link.created_at),
    ///     Err(LinkError::LinkedElsewhere { existing, .. }) => println!("linked with {}", existing.partner_customer_id),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`LinkError::LinkedElsewhere`]: the 409, or the answer, shows another link. The error carries that link and
    ///   the requested pair.
    /// - [`LinkError::Inactive`]: the link of this pair exists but is `INACTIVE`. A status that this version does not
    ///   know is no error: check [`CustomerLink::status`].
    /// - [`LinkError::Call`]: every other failure, including a 409 that does not show a link. A blank account is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    pub async fn ensure_linked(
        &self,
        customer_id: impl IntoValue<CustomerId>,
        partner_customer_id: impl IntoValue<PartnerCustomerId>,
    ) -> Result<CustomerLink, LinkError> {
        let (customer_id, partner_customer_id) = (customer_id.into_value(), partner_customer_id.into_value());
        // A blank id is refused before the call, because no documented operation could remove the link again.
        not_empty(&LINK_CUSTOMER_ACCOUNT, "partner_customer_id", partner_customer_id.as_str())?;
        let link = |client: &Self| {
            let call = client.link_customer_account().customer_id(&customer_id);
            call.body_map(|body| body.partner_customer_id(&partner_customer_id)).send()
        };
        let deadline = Deadline::of(self);
        let mut answer = link(&deadline.half(self).unwrap_or_else(|| self.clone())).await;
        if let Err(error) = &answer
            && error.may_have_been_processed()
            && let Some(client) = deadline.client(self)
        {
            // If the second call fails, its error says that the request may have been processed: it is still not known
            // whether the first call made the link.
            answer = link(&client).await.map_err(|mut error| {
                error.note_earlier(true);
                error
            });
        }
        let link = match answer {
            Ok(link) => link.into_inner(),
            Err(Error::Api(error)) if error.kind() == ErrorKind::Conflict => match error.existing_link() {
                Some(existing) => existing.clone(),
                None => return Err(Error::Api(error).into()),
            },
            Err(error) => return Err(error.into()),
        };
        let same_customer = same_resource(link.customer_id.as_str(), customer_id.as_str());
        if !same_customer || link.partner_customer_id != partner_customer_id {
            return Err(LinkError::LinkedElsewhere { existing: Box::new(link), customer_id, partner_customer_id });
        }
        if link.status == CustomerLinkStatus::Inactive { Err(LinkError::Inactive(Box::new(link))) } else { Ok(link) }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;
    use serde_json::{Value, json};

    use super::*;

    fn conflict(body: &Value) -> ApiError {
        let (status, body) = (StatusCode::CONFLICT, body.to_string().into_bytes());
        ApiError::new(&LINK_CUSTOMER_ACCOUNT, status, HeaderMap::new(), 1, body, true)
    }

    fn link(account: &str) -> Value {
        let at = "2025-02-13T19:08:07.000Z";
        let (customer, status) = ("9B5E1EE0", "ACTIVE");
        json!({"customer_id": customer, "partner_customer_id": account, "status": status, "created_at": at, "updated_at": at, "metadata": {}})
    }

    #[test]
    fn the_existing_link_is_read_wherever_it_stands() {
        let nested = json!({"error": {"type": "T", "message": "m", "existing_link": link("P")}});
        let flat = json!({"type": "T", "message": "m", "existing_link": link("P")});
        let listed = json!([{"message": "m", "existing_link": link("P")}]);
        let both = json!({"error": {"message": "m", "existing_link": link("P")}, "existing_link": link("Q")});
        let one_readable = json!({"error": {"existing_link": {"status": 7}}, "existing_link": link("P")});
        for body in [nested, flat, listed, both, one_readable] {
            let error = conflict(&body);
            // The link is parsed once, and each call returns the same one.
            for _ in 0..2 {
                assert_eq!(error.existing_link().unwrap().partner_customer_id, "P", "{body}");
            }
            assert!(format!("{error:?}").contains("existing_link_in_body: true"), "{error:?}");
        }
    }

    #[test]
    fn what_is_no_link_is_none() {
        for existing in [json!(null), json!({"status": 7}), json!("x"), json!({}), json!([])] {
            let error = conflict(&json!({"error": {"type": "T", "message": "m", "existing_link": existing}}));
            assert!(error.existing_link().is_none(), "{existing}");
            assert_eq!(format!("{error:?}").contains("existing_link_in_body: true"), !existing.is_null(), "{error:?}");
        }
        assert!(conflict(&json!({"type": "T", "message": "m"})).existing_link().is_none());
    }

    #[test]
    fn errors_of_the_api_can_be_kept_across_a_panic() {
        fn unwind_safe<T: std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
        unwind_safe::<ApiError>();
    }
}
