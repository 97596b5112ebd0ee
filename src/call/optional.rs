//! Turns the 404 by which the API says that there is no such thing into `None`.

use crate::call::Response;
use crate::error::{Error, ErrorKind};

/// Turns "there is no such thing", as the API says it, into `None`.
pub trait OptionalExt<T> {
    /// `Some` answer, or `None` when the API says that there is no such thing: a 404 ([`ErrorKind::NotFound`]) that
    /// carries one of its codes for that, such as `CUSTOMER_NOT_FOUND_ERROR`. All of them end in `FOUND_ERROR`.
    ///
    /// Any other 404 stays an error, whatever its body: none, HTML, or the JSON of a gateway or of a web server. It
    /// comes from a base URL with a wrong path just as well, and says nothing about the thing.
    ///
    /// ```no_run
    /// use imprint_client::OptionalExt;
    ///
    /// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
    /// match client.get_customer().customer_id("2EE24580").send().await.optional()? {
    ///     Some(customer) => println!("since {:?}", customer.created_at),
    ///     None => println!("nobody"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Every other error, as it is.
    fn optional(self) -> Result<Option<Response<T>>, Error>;
}

impl<T> OptionalExt<T> for Result<Response<T>, Error> {
    fn optional(self) -> Result<Option<Response<T>>, Error> {
        match self {
            Ok(response) => Ok(Some(response)),
            Err(Error::Api(error)) if error.kind() == ErrorKind::NotFound && error.says_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
