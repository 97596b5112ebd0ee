//! "There is none" as a value instead of an error.

use crate::error::{Error, ErrorKind};
use crate::response::Response;

/// Turns a 404 of the API into `None`.
pub trait OptionalExt<T> {
    /// `Some` answer, or `None` when the API says that there is no such thing ([`ErrorKind::NotFound`]).
    ///
    /// A 404 whose body is no JSON, such as the HTML of a proxy, says nothing about the thing and stays an error.
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
            Err(Error::Api(error)) if error.kind() == ErrorKind::NotFound && error.may_be_of_the_api() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
