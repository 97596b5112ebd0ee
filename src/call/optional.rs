//! Converts the 404 that means that an object does not exist into `None`.

use crate::call::Response;
use crate::error::{Error, ErrorKind};

/// Converts the API's error for an object that does not exist into `None`.
pub trait OptionalExt<T> {
    /// Returns the answer as `Some`, or `None` if the API reports that the object does not exist: a 404
    /// ([`ErrorKind::NotFound`]) with one of the API's codes for that, such as `CUSTOMER_NOT_FOUND_ERROR`. All of them
    /// end in `FOUND_ERROR`.
    ///
    /// Any other 404 stays an error, whatever its body: none, HTML, or the JSON of a gateway or of a web server. Such a
    /// 404 may also be caused by a base URL with a wrong path, so it does not prove that the object does not exist.
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
    /// Every other error, unchanged.
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
